import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useReachable } from "@/lib/api/reach";
import { sessionQuery } from "@/lib/session";
import { Icon } from "@/ui";

/** Says calmly that the server is away, keeps asking, and has everything refreshed when it is back. */
export function Banner() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const reachable = useReachable();
  const was = useRef(true);
  useEffect(() => {
    if (!reachable) void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    else if (!was.current) void client.invalidateQueries();
    was.current = reachable;
  }, [reachable, client]);
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
