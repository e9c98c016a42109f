import { useEffect, useRef, useState } from "react";
import type { Schemas } from "@/lib/api/client";
import { ApiError } from "@/lib/api/problem";
import { setServerTime } from "@/lib/clock";
import { getDisplay } from "../../api/getDisplay";
import { offerDisplay } from "../../api/offerDisplay";
import { follow } from "../../model/stream";

export type Facing = Schemas["DisplayState"];

/** How often a display looks by itself, in milliseconds: another server of the office may have moved the sale. */
const every = 15_000;

/**
 * What this tablet shows. One that is not paired, or not any more, gets a number to show; it follows the counter as soon as
 * that number was typed there.
 */
export function useFacing(): { state: Facing | undefined; line: boolean } {
  const [state, setState] = useState<Facing>();
  const [line, setLine] = useState(true);
  const offering = useRef(false);
  useEffect(() => {
    let over = false;
    let stop: (() => void) | undefined;
    const take = (s: Facing) => {
      if (over) return;
      setServerTime(s.time);
      setState(s);
    };
    // Looks; where nothing is known of us, or the number ran out, asks for a new one.
    const look = async () => {
      if (over || offering.current) return;
      offering.current = true;
      try {
        let s: Facing;
        try {
          s = await getDisplay();
          const dead =
            s.phase === "pairing" && s.code_expires_at && Date.parse(s.code_expires_at) <= Date.parse(s.time);
          if (dead) throw new ApiError({ status: 404, code: "expired" });
        } catch (err) {
          if (!(err instanceof ApiError) || err.status !== 404) throw err;
          await offerDisplay();
          s = await getDisplay();
        }
        take(s);
        setLine(true);
        stop ??= follow({
          url: "/api/till/display/events",
          on: { state: take },
          line: (up) => (up ? setLine(true) : void look()),
        });
      } catch {
        if (!over) setLine(false);
      } finally {
        offering.current = false;
      }
    };
    void look();
    const timer = setInterval(look, every);
    return () => {
      over = true;
      clearInterval(timer);
      stop?.();
    };
  }, []);
  // While it waits to be paired it looks more often, for the stream of a display that is not one yet may be refused.
  const pairing = state?.phase === "pairing";
  useEffect(() => {
    if (!pairing) return;
    const timer = setInterval(() => {
      getDisplay()
        .then((s) => setState(s))
        .catch(() => {});
    }, 2_000);
    return () => clearInterval(timer);
  }, [pairing]);
  return { state, line };
}
