import { useTranslation } from "react-i18next";
import { useReachable } from "@/lib/api/reach";
import { Icon } from "@/ui";

/** Says calmly that the server is away. The live region is always there, so that its words are read when they come. */
export function Banner() {
  const { t } = useTranslation();
  const reachable = useReachable();
  return (
    <div role="status" className={reachable ? "" : "border-b border-warn-line bg-warn-soft"}>
      {!reachable && (
        <p className="mx-auto flex max-w-[1366px] items-center gap-3 px-4 py-3 leading-normal text-warn md:px-8 xl:px-16">
          <Icon name="warn" />
          <span>
            <b>{t("app.offline.title")}</b> {t("app.offline.still")}
          </span>
        </p>
      )}
    </div>
  );
}
