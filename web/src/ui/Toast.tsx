import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
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

/** Says a short thing that needs no answer. Errors stay until closed, the rest for eight seconds. */
export function useToast(): (text: string, tone?: Tone) => void {
  return useContext(Show);
}

/** Holds the one live region of the page: it is always there, so that screen readers watch it. */
export function ToastRegion({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
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
  return (
    <Show value={show}>
      {children}
      <section
        aria-label={t("ui.notices")}
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 top-2 z-60 flex flex-col items-center gap-2"
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
    </Show>
  );
}
