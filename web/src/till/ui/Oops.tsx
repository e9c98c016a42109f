import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, useErrorText } from "@/lib/api/problem";
import { Notice } from "@/ui";

/**
 * A refusal or failure of a command: the server's words, whether anything was charged, and, where the server names
 * several things at once (a form, a file), each with its place.
 */
export function Oops({ error, title, still }: { error: unknown; title: string; still?: string }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const ref = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new error is shown where it can be seen
  useEffect(() => {
    ref.current?.scrollIntoView?.({ block: "nearest" }); // gives back a promise in newer browsers
  }, [error]);
  const unsure = error instanceof ApiError && (error.network || error.status >= 500);
  const problems = error instanceof ApiError ? error.problems : [];
  return (
    <Notice
      ref={ref}
      tone={unsure ? "warn" : "error"}
      live="alert"
      title={title}
      still={
        <>
          <p>{words(error)}</p>
          {unsure && <p>{t("till.oops.again")}</p>}
          {still && <p>{still}</p>}
          {problems.length > 0 && (
            <ul className="mt-2 list-disc pl-6">
              {problems.map((p) => (
                <li key={`${p.line} ${p.column} ${p.field} ${p.message}`}>
                  {p.line !== undefined && <b>{t("till.oops.line", { line: p.line })} </b>}
                  {p.column && <b>{t("till.oops.column", { column: p.column })} </b>}
                  {p.message}
                </li>
              ))}
            </ul>
          )}
        </>
      }
    />
  );
}
