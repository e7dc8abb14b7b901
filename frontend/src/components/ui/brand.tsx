/** The product's mark: a path from node to node. */
export function BrandMark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.4" strokeLinecap="round">
        <path d="M9 10.5h5.5a4 4 0 0 1 4 4v3a4 4 0 0 0 4 4H23" />
        <path d="M9 21.5h5" opacity=".5" />
      </g>
      <g fill="var(--on-accent)">
        <circle cx="9" cy="10.5" r="3" />
        <circle cx="23" cy="21.5" r="3" />
        <circle cx="9" cy="21.5" r="3" opacity=".5" />
      </g>
    </svg>
  );
}
