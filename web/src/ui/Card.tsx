import type { ReactNode } from "react";

/** White surface with a hairline; 24 px inside. */
export function Card({
  children,
  className = "",
  as: As = "section",
  ...rest
}: {
  children: ReactNode;
  className?: string;
  as?: "section" | "article" | "div" | "aside";
  "aria-labelledby"?: string;
  "aria-label"?: string;
}) {
  return (
    <As {...rest} className={`rounded-box border border-line bg-paper p-6 ${className}`}>
      {children}
    </As>
  );
}
