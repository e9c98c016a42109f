import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

type Tone = "ok" | "error" | "info";
interface Toast {
  id: number;
  text: string;
  tone: Tone;
}

const Show = createContext<(text: string, tone?: Tone) => void>(() => {});

const Place = createContext<(at: HTMLElement | null) => void>(() => {});

/** Where a page without room to spare wants the toasts: in the flow, so that they lie over nothing. Elsewhere they float at the top. */
export function ToastSlot() {
  return <div ref={useContext(Place)} className="sticky top-0 z-60" />;
}

/** Says a short thing that needs no answer. Errors stay until closed, the rest for eight seconds. */
export function useToast(): (text: string, tone?: Tone) => void {
  return useContext(Show);
}

/** Holds the one live region of the page: it is always there, so that screen readers watch it. */
export function ToastRegion({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const next = useRef(0);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((x) => x.id !== id)), []);
  const show = useCallback(
    (text: string, tone: Tone = "ok") => {
      next.current += 1;
      const id = next.current;
      setToasts((all) => [...all.filter((x) => x.text !== text), { id, text, tone }].slice(-3));
      if (tone !== "error") window.setTimeout(() => drop(id), 8000);
    },
    [drop],
  );
  const icons = useMemo(() => ({ ok: "check", error: "stop", info: "info" }) as const, []);
  const region = (
    <section
      aria-label={t("ui.notices")}
      aria-live="polite"
      className={`pointer-events-none flex flex-col items-center gap-2 ${slot === null ? "fixed inset-x-4 top-2 z-60" : toasts.length > 0 ? "px-4 pb-2" : ""}`}
    >
      {toasts.map((x) => (
        <div
          key={x.id}
          className="pointer-events-auto flex min-h-12 w-full max-w-[560px] items-center gap-3 rounded-ctl border-2 border-ink bg-paper py-1 pr-1 pl-4 text-ink shadow-lg"
        >
          <Icon
            name={icons[x.tone]}
            className={x.tone === "ok" ? "text-ok" : x.tone === "error" ? "text-err" : "text-key"}
          />
          <span className="min-w-0 flex-1 font-bold leading-normal">{x.text}</span>
          <IconButton icon="close" label={t("ui.close")} onPress={() => drop(x.id)} />
        </div>
      ))}
    </section>
  );
  return (
    <Show value={show}>
      <Place value={setSlot}>{children}</Place>
      {slot === null ? region : createPortal(region, slot)}
    </Show>
  );
}
