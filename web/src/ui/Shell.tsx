import { createContext, type ReactNode, useContext } from "react";
import { useTranslation } from "react-i18next";

// What stands around a page is the application's business; features only say that they want it.
const Parts = createContext<{ header: ReactNode; banner: ReactNode }>({ header: null, banner: null });
export const ShellParts = Parts.Provider;

/** Header, banner and page, at least as tall as the window. A view without it (the room) owns the whole window. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { header, banner } = useContext(Parts);
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="absolute top-2 left-2 z-40 -translate-y-24 rounded-ctl bg-paper px-4 py-2 font-bold focus-visible:translate-y-0"
      >
        {t("ui.skip")}
      </a>
      {header}
      {banner}
      {children}
    </div>
  );
}
