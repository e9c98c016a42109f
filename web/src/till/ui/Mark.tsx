/** The shapes of the three results. What they mean is said by the word beside them. */
export type MarkKind = "paid" | "not_paid" | "checking" | "waiting";

/** Drawn to be told apart from across the room and without colour: a circle, an octagon, a triangle, a ring. */
export function Mark({ kind, size = 152, className = "" }: { kind: MarkKind; size?: number; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      viewBox="0 0 152 152"
      width={size}
      height={size}
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className}`}
    >
      {kind === "paid" && (
        <>
          <circle cx="76" cy="76" r="76" fill="currentColor" />
          <path d="m40 79 25 25 48-54" stroke="var(--mark-ground, #fff)" strokeWidth="15" />
        </>
      )}
      {kind === "not_paid" && (
        <>
          <path d="M47 4h58l43 43v58l-43 43H47L4 105V47z" fill="currentColor" stroke="currentColor" strokeWidth="6" />
          <path d="m50 50 52 52M102 50l-52 52" stroke="var(--mark-ground, #fff)" strokeWidth="15" />
        </>
      )}
      {kind === "checking" && (
        <>
          <path d="M76 22 140 134H12z" fill="currentColor" stroke="currentColor" strokeWidth="18" />
          <path d="M76 60v36M76 117v.01" stroke="var(--mark-ground, #ffe9a0)" strokeWidth="14" />
        </>
      )}
      {kind === "waiting" && (
        <>
          <circle cx="76" cy="76" r="68" stroke="currentColor" strokeWidth="12" />
          <circle cx="76" cy="76" r="20" fill="currentColor" />
        </>
      )}
    </svg>
  );
}
