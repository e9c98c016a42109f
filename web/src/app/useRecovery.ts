import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useReachable } from "@/lib/api/reach";
import { sessionQuery } from "@/lib/session";

/** Keeps asking for the server once it is away, and has everything on the screen refreshed when it is back. */
export function useRecovery(): void {
  const client = useQueryClient();
  const reachable = useReachable();
  const was = useRef(true);
  useEffect(() => {
    // The first question starts the three-second rhythm of the session query; its answer ends it.
    if (!reachable) void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    else if (!was.current) void client.invalidateQueries();
    was.current = reachable;
  }, [reachable, client]);
}
