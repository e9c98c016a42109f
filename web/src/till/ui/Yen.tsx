import { useTranslation } from "react-i18next";

/** 12,300: figures only, for tables and cells whose heading names the unit. */
export function figures(n: number): string {
  return new Intl.NumberFormat("ja-JP").format(n);
}

/**
 * An amount of money. Its size is that of the text around it; `big` halves the unit, as where the figure is the largest
 * thing on the screen.
 */
export function Yen({ value, big, className = "" }: { value: number; big?: boolean; className?: string }) {
  const { t } = useTranslation();
  return (
    <span
      className={`whitespace-nowrap tabular-nums ${big ? "font-bold tracking-[-0.01em] text-ink" : ""} ${className}`}
    >
      {figures(value)}
      <span className={big ? "ml-[0.12em] text-[0.5em] tracking-normal" : ""}>{t("till.yen")}</span>
    </span>
  );
}
