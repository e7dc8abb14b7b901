/** The look of a link that stands for its whole row or card: it covers it, so that every pixel of it leads there. */
export const rowLinkClass =
  "min-w-0 truncate font-medium text-text outline-none after:absolute after:inset-0 " +
  "focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2";
