import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { components } from "./schema.gen";

type ProblemDetail = components["schemas"]["ProblemDetail"];

/** What a call to the server can fail with. `code` is the server's, or "network" / "unexpected". */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** Japanese, from the server; the words to fall back to */
  readonly detail: string;
  readonly requestId: string | undefined;
  /** everything that is wrong with a form or a file, where the server names more than one thing */
  readonly problems: readonly ProblemDetail[];

  constructor(o: {
    status: number;
    code: string;
    detail?: string;
    requestId?: string;
    problems?: readonly ProblemDetail[];
    cause?: unknown;
  }) {
    super(o.code, { cause: o.cause });
    this.name = "ApiError";
    this.status = o.status;
    this.code = o.code;
    this.detail = o.detail ?? "";
    this.requestId = o.requestId;
    this.problems = o.problems ?? [];
  }

  /** The server was not reached, or something between us and it answered in its place. */
  get network(): boolean {
    return this.code === "network";
  }
}

/** Reads an RFC 9457 body. Anything else (a proxy's error page) becomes "network" for 502-504, "unexpected" otherwise. */
export function fromProblem(status: number, body: unknown): ApiError {
  if (typeof body === "object" && body !== null) {
    const p = body as Record<string, unknown>;
    if (typeof p.code === "string" && p.code !== "") {
      return new ApiError({
        status,
        code: p.code,
        detail: typeof p.detail === "string" ? p.detail : "",
        requestId: typeof p.request_id === "string" ? p.request_id : undefined,
        problems: Array.isArray(p.problems) ? (p.problems as ProblemDetail[]) : undefined,
      });
    }
  }
  return new ApiError({ status, code: status >= 502 && status <= 504 ? "network" : "unexpected" });
}

/**
 * The words for an error. The server's own are Japanese and may carry a figure (how long to wait), so they come first
 * there; in another language errors.<code> does, and Japanese is better than nothing.
 */
export function errorText(t: TFunction, language: string, err: unknown): string {
  if (err instanceof ApiError) {
    if (language === "ja" && err.detail !== "") return err.detail;
    const own = t(`errors.${err.code}`, { defaultValue: "", lng: language, fallbackLng: false as unknown as string });
    return own || err.detail || t("errors.unexpected");
  }
  return t("errors.unexpected");
}

/** `errorText` for the language of the screen. */
export function useErrorText(): (err: unknown) => string {
  const { t, i18n } = useTranslation();
  return (err) => errorText(t, i18n.language, err);
}
