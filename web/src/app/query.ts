import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/lib/api/problem";
import { sessionQuery } from "@/lib/session";

// A 401 anywhere means the session ended: ask again who is at the screen; the guard then shows the sign-in page.
function onError(error: Error, key?: readonly unknown[]): void {
  if (error instanceof ApiError && error.status === 401 && key?.[0] !== "session" && key?.[0] !== "signIn") {
    void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  }
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (e, q) => onError(e, q.queryKey) }),
  mutationCache: new MutationCache({ onError: (e, _v, _r, m) => onError(e, m.options.mutationKey) }),
  defaultOptions: {
    queries: {
      networkMode: "always", // navigator.onLine knows nothing about a closed network
      retry: (n, e) => e instanceof ApiError && e.network && n < 2,
      retryDelay: (n) => Math.min(1000 * 2 ** n, 5000),
    },
    mutations: { networkMode: "always", retry: false },
  },
});
