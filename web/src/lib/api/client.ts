import createClient from "openapi-fetch";
import { ApiError, fromProblem } from "./problem";
import { setReachable } from "./reach";
import type { components, paths } from "./schema.gen";

export type Schemas = components["schemas"];

/** The typed client of api/openapi.yaml. Same origin only. Use it inside `call`. */
export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

type Answer<T> = { data?: T; error?: unknown; response: Response };

/**
 * Waits for an answer and returns its body. Everything else is thrown as an ApiError: a refusal with the server's code,
 * a failure to reach the server with code "network".
 */
export async function call<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    setReachable(false);
    throw new ApiError({ status: 0, code: "network", cause });
  }
  if (!answer.response.ok) {
    const err = fromProblem(answer.response.status, answer.error);
    setReachable(!err.network);
    throw err;
  }
  setReachable(true);
  return answer.data as T;
}
