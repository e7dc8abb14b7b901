/** Model names as rows show them: without the release date that providers append. Pure. */
export function shortModel(model: string): string {
  return model.replace(/[-@]\d{4}-?\d{2}-?\d{2}$/, "");
}

export interface ModelName {
  short: string;
  /** What the short name leaves out, where another model of the list has the same one; else empty. */
  rest: string;
}

/** Names of models that stand in one list, so that no two read alike. */
export function modelNames(models: readonly string[]): Map<string, ModelName> {
  const distinct = [...new Set(models)];
  const uses = new Map<string, number>();
  for (const model of distinct) uses.set(shortModel(model), (uses.get(shortModel(model)) ?? 0) + 1);
  return new Map(
    distinct.map((model) => {
      const short = shortModel(model);
      return [model, { short, rest: (uses.get(short) ?? 0) > 1 ? model.slice(short.length) : "" }];
    }),
  );
}
