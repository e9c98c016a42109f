import { useTranslation } from "react-i18next";

/** Something is on its way. Says so to a screen reader too. */
export function Spinner({ label, className = "" }: { label?: string; className?: string }) {
  const { t } = useTranslation();
  return (
    <div role="status" className={`flex items-center justify-center gap-3 p-6 text-sub ${className}`}>
      <span aria-hidden="true" className="size-6 animate-spin rounded-full border-4 border-key-line border-t-key" />
      <span>{label ?? t("ui.loading")}</span>
    </div>
  );
}
