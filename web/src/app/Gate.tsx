import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/lib/session";
import { Button, Notice, Shell, ShellParts, Spinner } from "@/ui";
import { Banner } from "./Banner";
import { decide } from "./guard";
import { Header } from "./Header";
import { InsecurePage } from "./InsecurePage";
import { ForbiddenPage } from "./messages";
import { lackOf } from "./secure";
import { useRecovery } from "./useRecovery";

/** Stands before every page: is this a browser we can work with, is the server there, who is asking, may they? */
export function Gate() {
  const { t } = useTranslation();
  const { data: session, isError, isFetching, refetch } = useQuery(sessionQuery);
  const { pathname, search } = useLocation();
  useRecovery();
  const allowed = useRef<string>(undefined);
  const parts = useMemo(() => ({ header: <Header />, banner: <Banner /> }), []);

  const to = (search as { to?: string }).to;
  const decision = session ? decide(session, pathname, to, allowed.current) : undefined;
  useEffect(() => {
    if (decision?.kind === "allow") allowed.current = pathname;
  }, [decision?.kind, pathname]);

  const lack = lackOf(window);
  if (lack === "insecure" || (lack && pathname.startsWith("/m/"))) return <InsecurePage lack={lack} />;
  if (session === undefined) {
    return (
      <main className="mx-auto flex min-h-dvh max-w-[640px] flex-col justify-center p-4">
        {isError ? (
          <Notice
            tone="warn"
            live="status"
            title={t("app.offline.title")}
            still={t("app.offline.first")}
            next={
              <Button onPress={() => void refetch()} isPending={isFetching} icon="redo">
                {t("app.offline.retry")}
              </Button>
            }
          />
        ) : (
          <Spinner />
        )}
      </main>
    );
  }
  if (decision?.kind === "go") return <Navigate to={decision.to} replace />;
  return (
    <ShellParts value={parts}>
      {decision?.kind === "forbidden" ? (
        <Shell>
          <ForbiddenPage path={pathname} />
        </Shell>
      ) : (
        <Outlet />
      )}
    </ShellParts>
  );
}
