import type { ReactNode } from "react";
import type { ReactionKind } from "../../api/react";

// Own drawings: an office computer may have no emoji font, and every computer should show the same.
const y = "#FFD43D";
const drawings: Record<ReactionKind, ReactNode> = {
  clap: (
    <>
      <path
        d="M9 26l-4-7a2 2 0 0 1 3.4-2l1.6 2.6L6.200 13a2 2 0 0 1 3.500-2l3.300 5.600-3.800-7.200a2 2 0 0 1 3.500-1.900l4.300 8 .4-3.400a2 2 0 0 1 4 .3l-.6 8.400a7 7 0 0 1-5.400 6.700A6.500 6.500 0 0 1 9 26z"
        fill={y}
      />
      <path d="M20 5l-1 3M25 7l-2 2.500M27.500 12l-3 1" />
    </>
  ),
  agree: (
    <path
      d="M5 15h5v12H5zM10 15l5-10a3 3 0 0 1 3 3.500L17.300 13H25a2.500 2.500 0 0 1 2.500 3l-1.800 8.500A3 3 0 0 1 22.800 27H10z"
      fill={y}
    />
  ),
  heart: (
    <path
      d="M16 27S4.500 20 4.500 12.300A6.300 6.300 0 0 1 16 8.700a6.300 6.300 0 0 1 11.500 3.600C27.500 20 16 27 16 27z"
      fill="#FF8A8A"
    />
  ),
  laugh: (
    <>
      <circle cx="16" cy="16" r="11.500" fill={y} />
      <path d="M9.500 12.500q2-2.500 4 0M18.500 12.500q2-2.500 4 0" />
      <path d="M9.500 17h13a6.500 6.500 0 0 1-13 0z" fill="#FFF" />
    </>
  ),
  surprise: (
    <>
      <circle cx="16" cy="16" r="11.500" fill={y} />
      <path d="M11.500 12.500v.01M20.500 12.500v.01" strokeWidth={3} />
      <ellipse cx="16" cy="20.500" rx="3" ry="3.800" fill="#FFF" />
    </>
  ),
  thanks: (
    <>
      <circle cx="16" cy="8" r="4" fill={y} />
      <path d="M6 27c0-8 3-13 10-13s10 5 10 13" fill="#BFD4FF" />
      <path d="M16 26v-6M13.500 20.500 16 18l2.500 2.500" />
    </>
  ),
  question: (
    <>
      <circle cx="16" cy="16" r="11.500" fill="#BFD4FF" />
      <path
        d="M12.300 12.800a3.800 3.800 0 1 1 5.400 3.400c-1.200.600-1.700 1.300-1.700 2.600M16 22.800v.01"
        strokeWidth={2.5}
      />
    </>
  ),
  slow: (
    <>
      <path d="M4 22h20a4 4 0 0 0 4-4c0-2-1-3-3-3M4 22c0-6 4-10 9-10s8 4 8 10" fill="#C9E7C5" />
      <path d="M13 22a4 4 0 1 0-4-4M25 15V9M28 15V9" />
    </>
  ),
};

export const reactionKinds = Object.keys(drawings) as readonly ReactionKind[];

/** For the eye only; the word stands beside it. */
export function ReactionDrawing({ kind, size }: { kind: ReactionKind; size: number }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 32 32"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0"
    >
      {drawings[kind]}
    </svg>
  );
}
