import { useTranslation } from "react-i18next";

/** A day without meetings: nothing is wrong, and the way to start one is beside it. */
export function EmptyDay() {
  const { t } = useTranslation();
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-4 rounded-box border border-line bg-paper p-8 text-center">
      <svg
        aria-hidden="true"
        viewBox="0 0 200 112"
        width="200"
        height="112"
        fill="none"
        stroke="currentColor"
        strokeWidth={2.5}
        strokeLinecap="round"
        strokeLinejoin="round"
        className="text-key"
      >
        <path d="M8 100h184" />
        <rect x="62" y="20" width="76" height="52" rx="5" className="fill-key-soft" />
        <path d="M100 72v16M84 88h32" />
        <path d="M152 100V84h24v16M156 84v-8a8 8 0 0 1 8-8M164 68c6-10 14-8 14-8s0 9-14 8zM164 68c-6-8-13-6-13-6s1 8 13 6z" />
        <path d="M22 76h22v14a10 10 0 0 1-10 10h-2a10 10 0 0 1-10-10zM44 80h4a5 5 0 0 1 0 10h-4M28 68c0-5 4-5 4-10M37 68c0-5 4-5 4-10" />
        <path d="M84 46h32" strokeDasharray="1 8" />
      </svg>
      <p className="text-xl font-bold text-ink">{t("today.empty.title")}</p>
      <p>{t("today.empty.next")}</p>
    </div>
  );
}
