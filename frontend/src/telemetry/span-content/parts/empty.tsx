/** Stands where something was recorded that holds nothing. */
export function Empty() {
  return <span className="text-faint text-xs">(empty)</span>;
}
