import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Icon } from "@/ui";
import { commonUnit } from "../../model/cart";
import { Yen } from "../../ui";

/** 住民票の写し ほか　4通 */
export function useTitleOf(): (s: Schemas["Sale"]) => string {
  const { t } = useTranslation();
  return (s) => {
    const unit = commonUnit(s.lines.map((l) => l.unit));
    const first = s.lines[0]?.name ?? "";
    const name = s.lines.length > 1 ? t("till.andMore", { name: first }) : first;
    return unit ? t("till.nameCount", { name, count: t("till.countOf", { count: s.count, unit }) }) : name;
  };
}

/** 請求額 in very large figures between two lines. */
export function Amount({ sale, side }: { sale: Schemas["Sale"]; side?: ReactNode }) {
  const { t } = useTranslation();
  const title = useTitleOf();
  return (
    <div className="flex flex-wrap items-center justify-between gap-4 border-y border-line py-4">
      <div className="min-w-0">
        <p className="text-xl leading-normal font-bold text-ink">
          {t("till.amount")}
          <span className="ml-5 text-lg font-normal text-sub">{title(sale)}</span>
        </p>
        <Yen big value={sale.total} className="text-[72px] leading-[1.1] sm:text-[112px]" />
      </div>
      {side}
    </div>
  );
}

/** Words in quotation marks, each sentence on its own line: they are read aloud. */
export function Quote({ words }: { words: string }) {
  const { t } = useTranslation();
  return t("till.quote", { words })
    .split(/(?<=\u3002)(?!\u300d)/)
    .map((s) => (
      <span key={s} className="block">
        {s}
      </span>
    ));
}

/** The words to say aloud, in quotation marks, on a white card. */
export function Say({ children }: { children: string }) {
  const { t } = useTranslation();
  if (children === "") return null;
  return (
    <p className="flex items-center gap-3 rounded-box border border-line bg-paper px-5 py-3 text-lg leading-relaxed text-ink">
      <Icon name="chat" className="text-key" />
      <span>
        <span className="sr-only">{t("till.say")}</span>
        <Quote words={children} />
      </span>
    </p>
  );
}

/** The row of buttons at the foot of a screen. */
export function Foot({ children }: { children: ReactNode }) {
  return (
    <footer className="mt-auto flex min-h-26 flex-wrap [@media(min-height:43rem)]:sticky [@media(min-height:43rem)]:bottom-0 [@media(min-height:43rem)]:z-42 items-center gap-4 border-t border-line bg-paper px-4 py-4 md:px-12">
      {children}
    </footer>
  );
}

export const Grow = () => <span className="hidden grow md:block" />;
