import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Schemas } from "@/lib/api/client";
import { setServerTime } from "@/lib/clock";
import { saleQuery } from "../../api/getSale";
import { sessionStateQuery } from "../../api/getTillSession";
import {
  type Local,
  merge,
  nothing,
  resultOf,
  type Screen,
  type State,
  screen,
  strip,
  type View,
  withSale,
} from "../../model/desk";
import { follow } from "../../model/stream";

export interface Desk {
  state: State | undefined;
  error: Error | null;
  refetch: () => void;
  screen: Screen;
  /** earlier customers whose end is open, or was until a moment ago */
  beside: View[];
  /** the event stream is open */
  line: boolean;
  /** a command answered with what a sale became */
  saw: (v: View) => void;
  sawAttempt: (a: Schemas["Attempt"]) => void;
  /** leaves the result on the screen */
  leave: (v: View) => void;
  /** takes the next customer first */
  aside: (v: View) => void;
  /** brings a sale onto the screen */
  choose: (v: View) => void;
}

/** The desk of a session: what the server says, followed live, and what of it fills the screen. */
export function useDesk(session: string): Desk {
  const client = useQueryClient();
  const q = useQuery(sessionStateQuery(session));
  const [line, setLine] = useState(true);
  const [local, setLocal] = useLocal(session);
  const key = useMemo(() => sessionStateQuery(session).queryKey, [session]);
  const ready = q.data !== undefined;

  useEffect(() => {
    if (!ready) return;
    return follow({
      url: `/api/till/sessions/${encodeURIComponent(session)}/events`,
      line: (up) => {
        setLine(up);
        if (up) void client.invalidateQueries({ queryKey: key, exact: true });
      },
      on: {
        state: (s: State) => {
          setServerTime(s.time);
          client.setQueryData<State>(key, (old) => merge(old, s));
        },
        sale: (v: View) => client.setQueryData<State>(key, (old) => old && withSale(old, v)),
      },
    });
  }, [session, ready, client, key]);

  // What was set aside or stands on the screen, and is over in the meantime, may not be in the session's state any more.
  const state = q.data;
  const missing = useMemo(() => {
    if (!state) return [];
    const wanted = local.chosen === undefined ? local.aside : [...new Set([...local.aside, local.chosen])];
    return wanted.filter((id) => !state.open.some((v) => v.sale.id === id) && state.last?.sale.id !== id);
  }, [state, local.aside, local.chosen]);
  const more = useQueries({
    queries: missing.map((id) => saleQuery(id)),
    combine: (rs) =>
      rs.flatMap((r): View[] => {
        if (!r.data) return [];
        const attempt = r.data.attempts.at(-1);
        return [{ sale: r.data.sale, ...(attempt ? { attempt } : {}) }];
      }),
  });

  const saw = useCallback(
    (v: View) => client.setQueryData<State>(key, (old) => old && withSale(old, v)),
    [client, key],
  );
  const sawAttempt = useCallback(
    (a: Schemas["Attempt"]) => {
      const s = client.getQueryData<State>(key);
      const v = [...(s?.open ?? []), ...(s?.last ? [s.last] : [])].find((x) => x.sale.id === a.sale);
      if (v) saw({ sale: v.sale, attempt: a });
      // The state of the sale itself is the server's to say.
      void client.invalidateQueries({ queryKey: key, exact: true });
    },
    [client, key, saw],
  );
  const leave = useCallback(
    (v: View) =>
      setLocal((l) => ({
        chosen: l.chosen === v.sale.id && v.sale.state !== "open" ? undefined : l.chosen,
        left: [...l.left.filter((x) => x !== resultOf(v)), resultOf(v)].slice(-30),
        aside: l.aside.filter((id) => id !== v.sale.id),
      })),
    [setLocal],
  );
  const aside = useCallback(
    (v: View) =>
      setLocal((l) => ({
        left: l.left,
        chosen: undefined,
        aside: [...l.aside.filter((id) => id !== v.sale.id), v.sale.id],
      })),
    [setLocal],
  );
  const choose = useCallback(
    (v: View) =>
      setLocal((l) => ({ left: l.left, chosen: v.sale.id, aside: l.aside.filter((id) => id !== v.sale.id) })),
    [setLocal],
  );

  const on: Screen = state ? screen(state, local, more) : { kind: "cart" };
  // What is on the screen is this screen's to bring to its end, also after a reload.
  const here = "view" in on ? on.view.sale.id : undefined;
  useEffect(() => {
    if (here !== undefined) setLocal((l) => (l.chosen === here ? l : { ...l, chosen: here }));
  }, [here, setLocal]);

  return {
    state,
    error: q.error,
    refetch: () => void q.refetch(),
    screen: on,
    beside: state ? strip(state, local, on, more) : [],
    line,
    saw,
    sawAttempt,
    leave,
    aside,
    choose,
  };
}

/** State that survives a reload in this tab. */
export function useKept<T>(name: string, initial: T): [T, (f: (old: T) => T) => void] {
  const [value, set] = useState<T>(() => {
    try {
      const raw = sessionStorage.getItem(name);
      return raw === null ? initial : (JSON.parse(raw) as T);
    } catch {
      return initial; // storage forbidden, or not ours
    }
  });
  const put = useCallback((f: (old: T) => T) => set((old) => f(old)), []);
  useEffect(() => {
    try {
      sessionStorage.setItem(name, JSON.stringify(value));
    } catch {
      // storage forbidden: it lasts as long as the page
    }
  }, [name, value]);
  return [value, put];
}

function useLocal(session: string) {
  return useKept<Local>(`yakusho.till.desk.${session}`, nothing);
}
