import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { RouterProvider as AriaRouter, I18nProvider } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { ToastRegion } from "@/ui";
import { queryClient } from "./query";
import { router } from "./router";

/** Everything the pages stand on. */
export function App() {
  const { i18n } = useTranslation();
  return (
    <I18nProvider locale={i18n.language === "en" ? "en-US" : "ja-JP"}>
      <AriaRouter navigate={(href) => router.history.push(href)}>
        <QueryClientProvider client={queryClient}>
          <ToastRegion>
            <RouterProvider router={router} />
          </ToastRegion>
        </QueryClientProvider>
      </AriaRouter>
    </I18nProvider>
  );
}
