import { describe, expect, it } from "vitest";
import { attributeColumn, attributeColumns, columnLabel, columnsOf, DEFAULT_COLUMNS } from "./columns";

describe("columns of traces", () => {
  /** The address holds over what is remembered, which holds over what the list has by itself; unknown and doubled ones go. */
  it("come from the address, the preferences or the list", () => {
    expect(columnsOf({}, null)).toEqual(DEFAULT_COLUMNS);
    expect(columnsOf({}, ["cost"])).toEqual(["cost"]);
    expect(columnsOf({ cols: "input,attributes.http.route,input,nonsense" }, ["cost"])).toEqual([
      "input",
      "attributes.http.route",
    ]);
    expect(columnsOf({ cols: "none" }, null)).toEqual([]);
  });

  /** What somebody types is the name of one attribute, which heads its column. */
  it("can be attributes", () => {
    expect(attributeColumn(" http.route ")).toBe("attributes.http.route");
    expect(attributeColumn("resource.host.name")).toBe("resource.host.name");
    expect(attributeColumn("a,b")).toBeUndefined();
    expect(attributeColumn("  ")).toBeUndefined();
    expect(columnLabel("attributes.http.route")).toBe("http.route");
    expect(attributeColumns(["cost", "attributes.a"])).toEqual(["attributes.a"]);
  });
});
