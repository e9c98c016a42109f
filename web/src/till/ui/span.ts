import { useTranslation } from "react-i18next";

/** 10:43:58, by the office's clock. */
export function clockSeconds(at: Date | string): string {
  return new Intl.DateTimeFormat("ja-JP", {
    timeZone: "Asia/Tokyo",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(new Date(at));
}

/** 38秒, 4分42秒: a span in words. */
export function useSpan(): (seconds: number) => string {
  const { t } = useTranslation();
  return (s) =>
    s < 60
      ? t("till.span.seconds", { s })
      : s < 3600
        ? t("till.span.minutes", { m: Math.floor(s / 60), s: s % 60 })
        : t("till.span.hours", { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
}
