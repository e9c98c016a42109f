import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { clockTime, standing } from "@/lib/time";
import { LinkButton, Status } from "@/ui";

/** One meeting of today: when, how it stands, what, who, and the way in. `primary` for the one filled button of the page. */
export function MeetingCard({
  meeting: m,
  now,
  primary,
}: {
  meeting: Schemas["Meeting"];
  now: Date;
  primary: boolean;
}) {
  const { t } = useTranslation();
  const st = standing(m, now);
  const open = st.kind === "open";
  const host = [m.host_department, m.host_name].filter((x) => x !== "").join(" ");
  return (
    <article
      className={`grid grid-cols-[1fr] items-center gap-x-4 gap-y-3 rounded-box bg-paper sm:grid-cols-[128px_1fr] md:grid-cols-[128px_1fr_184px] ${open ? "min-h-40 border-2 border-key p-[22px]" : "min-h-32 border border-line p-[23px]"}`}
    >
      <p className="flex items-baseline gap-x-3 leading-tight text-ink sm:block">
        <b className={`num block tracking-normal ${open ? "text-[38px]" : "text-[30px]"}`}>
          <time dateTime={m.starts_at}>{clockTime(m.starts_at)}</time>
        </b>
        <span className="block text-lg text-sub">
          <time dateTime={m.ends_at}>{t("today.until", { time: clockTime(m.ends_at) })}</time>
        </span>
      </p>
      <div className="min-w-0">
        {st.kind === "open" && (
          <Status tone="now" className="mb-1">
            {t("today.open")}
          </Status>
        )}
        {st.kind === "soon" && (
          <Status tone="plain" icon="clock" className="mb-1">
            {t("today.soon", { count: st.minutes })}
          </Status>
        )}
        {st.kind === "due" && (
          <Status tone="plain" icon="clock" className="mb-1">
            {t("today.due")}
          </Status>
        )}
        {st.kind === "ended" && (
          <Status tone="plain" icon="check" className="mb-1 !text-sub">
            {t("today.ended")}
          </Status>
        )}
        <h2 className={`leading-normal ${open ? "text-2xl" : "text-xl"}`}>{m.title}</h2>
        {m.present > 0 && (
          <p className="leading-relaxed">
            {t("today.present", { count: m.present })}
            {m.present_offices.length > 0 &&
              t("today.offices", { offices: m.present_offices.join(t("today.officeDot")) })}
          </p>
        )}
        {m.present === 0 && host !== "" && <p className="leading-relaxed text-sub">{t("today.host", { host })}</p>}
        {m.locked && (
          <Status tone="plain" icon="lock">
            {t("today.locked")}
          </Status>
        )}
      </div>
      {st.kind !== "ended" && (
        <LinkButton
          href={`/m/${m.id}`}
          look={primary ? "primary" : "outline"}
          size={open ? "xl" : "m"}
          className="w-full !px-2 sm:col-start-2 md:col-start-3"
          aria-label={t("today.joinTitle", { title: m.title })}
        >
          {t("today.join")}
        </LinkButton>
      )}
    </article>
  );
}
