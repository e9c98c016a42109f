import { useEffect } from "react";
import { useTranslation } from "react-i18next";

/** Names the browser tab: page first, product last. */
export function useTitle(page: string): void {
  const { t } = useTranslation();
  const product = t("ui.product");
  useEffect(() => {
    document.title = page === "" ? product : `${page} | ${product}`;
  }, [page, product]);
}
