import { type ReactNode, useEffect, useRef } from "react";

/** The content column: 1238 px as drawn, 64 px margins on a desk screen, 16 px on a telephone. */
export function Page({
  children,
  className = "",
  narrow = false,
}: {
  children: ReactNode;
  className?: string;
  narrow?: boolean;
}) {
  return (
    <main
      id="main"
      tabIndex={-1}
      className={`mx-auto w-full flex-1 px-4 py-6 md:px-8 xl:px-16 ${narrow ? "max-w-[864px]" : "max-w-[1366px]"} ${className}`}
    >
      {children}
    </main>
  );
}

/** The page's name; takes the focus when the page is entered, so that a screen reader starts there. */
export function PageTitle({
  children,
  sub,
  className = "",
}: {
  children: ReactNode;
  sub?: ReactNode;
  className?: string;
}) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A field with autoFocus wins; a link in the header that led here does not.
    if (!document.activeElement?.closest("main")) ref.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className={`flex flex-wrap items-baseline gap-x-4 ${className}`}>
      <h1 ref={ref} tabIndex={-1} className="text-[26px]">
        {children}
      </h1>
      {sub && <span className="text-lg text-sub">{sub}</span>}
    </div>
  );
}
