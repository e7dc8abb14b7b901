/** Model names as rows show them: without the release date that providers append. Pure. */
export function shortModel(model: string): string {
  return model.replace(/[-@]\d{4}-?\d{2}-?\d{2}$/, "");
}
