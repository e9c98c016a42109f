import { useTranslation } from "react-i18next";
import { figures, Yen } from "../../ui";

/** The sum: the largest thing on the screen. A long one is made to fit. */
export function Total({ value, words }: { value: number; words: string }) {
  const { t } = useTranslation();
  const long = figures(value).length;
  const size = long <= 5 ? "text-[96px]" : long <= 6 ? "text-[80px]" : "text-[60px]";
  return (
    <p
      className="flex shrink-0 items-baseline justify-between gap-4 bg-key-soft px-6 pt-2 pb-3 text-ink"
      aria-live="polite"
    >
      <span className="text-xl font-bold whitespace-nowrap">
        {t("till.cart.total")}
        {words && <span className="ml-4">{words}</span>}
      </span>
      <Yen big value={value} className={`${size} leading-[1.1]`} />
    </p>
  );
}
