/** Money for people, in US dollars. Unknown is a dash, never zero. */
import { formatCount } from "./number";

/** Below it two digits say nothing to anybody; the exact form has them. */
const USD_MIN = 0.000001;

/** At least two significant digits: `$0.00021`, `$0.0042`, `$0.123`, `$12.50`, `$1,204.00`. */
export function formatCost(usd: number | null | undefined): string {
  if (usd === null || usd === undefined || Number.isNaN(usd)) return "–";
  if (usd < 0) return `−${formatCost(-usd)}`;
  if (usd === 0) return "$0";
  if (usd < USD_MIN) return "<$0.000001";
  if (usd >= 999.995)
    return `$${formatCount(Math.floor(Math.round(usd * 100) / 100))}${usd.toFixed(2).slice(-3)}`;
  if (usd >= 0.9995) return `$${usd.toFixed(2)}`;
  if (usd >= 0.00995) return `$${usd.toFixed(3)}`;
  // two significant digits: as many places as there are zeros behind the point, and two more
  const places = 1 - Math.floor(Math.log10(usd));
  return `$${usd.toFixed(places)}`;
}

/** Places behind the point that the exact form shows: a millionth of a token of the cheapest model is more than that. */
const EXACT_PLACES = 12;

/** Every digit that the amount has: `$0.000207`, `$12.50`. */
export function formatCostExact(usd: number | null | undefined): string {
  if (usd === null || usd === undefined || Number.isNaN(usd)) return "–";
  const [whole = "0", places = ""] = Math.abs(usd).toFixed(EXACT_PLACES).split(".");
  const digits = places.replace(/0+$/, "");
  const shown = whole === "0" && digits === "" ? "" : `.${digits.padEnd(2, "0")}`;
  return `${usd < 0 ? "−" : ""}$${formatCount(Number(whole))}${shown}`;
}
