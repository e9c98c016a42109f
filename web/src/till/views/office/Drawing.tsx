import type { ReactNode } from "react";

// What only 会計課 needs drawn; the same grid and strokes as the icons of ui.
const drawings = {
  book: <path d="M5 3h13a1 1 0 0 1 1 1v17H6.5A1.5 1.5 0 0 1 5 19.5zM5 19.5A1.5 1.5 0 0 1 6.5 18H19M9 7h6M9 11h6" />,
  file: <path d="M6 2h8l5 5v14a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zM14 2v5h5M9 13h6M9 17h6" />,
  bank: <path d="M3 9l9-6 9 6v1H3zM5 10v8M10 10v8M14 10v8M19 10v8M3 21h18" />,
  pen: <path d="M3 20h18M5 16l1-4L16 2.5 19.5 6 9 15.500z" />,
  back: <path d="M8 4 3 9l5 5M3 9h11a6 6 0 0 1 0 12h-4" />,
  upload: <path d="M12 16V4M7 9l5-5 5 5M4 20h16" />,
} satisfies Record<string, ReactNode>;

export type DrawingName = keyof typeof drawings;

/** A drawing beside its word; it says nothing by itself. */
export function Drawing({ name, size = 24, className = "" }: { name: DrawingName; size?: number; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className}`}
    >
      {drawings[name]}
    </svg>
  );
}
