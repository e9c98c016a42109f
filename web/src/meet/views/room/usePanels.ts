import { useCallback, useState } from "react";
import { useWide } from "./useWide";

export type PanelName = "people" | "chat";
export type Panels = Record<PanelName, boolean>;

const none: Panels = { people: false, chat: false };

/**
 * Which panels are open. Beside the picture both may be, and are at first. On a narrow screen a panel is a drawer over the
 * picture: one at a time, none at first, and turning the tablet or zooming brings back what was open at that width.
 */
export function usePanels() {
  const wide = useWide();
  const [beside, setBeside] = useState<Panels>({ people: true, chat: true });
  const [drawer, setDrawer] = useState<Panels>(none);
  const panels = wide ? beside : drawer;
  const toggle = useCallback(
    (which: PanelName) =>
      wide ? setBeside((p) => ({ ...p, [which]: !p[which] })) : setDrawer((p) => ({ ...none, [which]: !p[which] })),
    [wide],
  );
  const shut = useCallback(() => setDrawer(none), []);
  return { wide, panels, toggle, shut };
}
