import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/session";
import { stamp } from "@/lib/time";
import { Button, Icon, type IconName, LinkButton, Page, PageTitle, Shell, Status, type Tone, useTitle } from "@/ui";
import { fileName, type Mark, type Row, type RowId, report, rowWords, type Verdict, verdict } from "../../model/check";
import { CheckRun } from "../../model/checkRun";
import { playTestTone } from "../../model/voice";
import { Meter } from "../prejoin/DeviceRows";
import { useCell } from "../useCell";

/** /check: can this computer take part, what is in the way, and a report for those who can mend it. Needs no sign-in. */
export function CheckPage() {
  const [run, setRun] = useState<CheckRun>();
  useEffect(() => {
    const made = new CheckRun();
    setRun(made);
    return () => made.close();
  }, []);
  return <Shell>{run === undefined ? null : <Check run={run} />}</Shell>;
}

function Check({ run }: { run: CheckRun }) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const v = useCell(run.view);
  useTitle(t("meet.check.title"));
  const all = verdict(v.rows);
  const person = session.account;
  const where = [v.at === undefined ? "" : stamp(v.at, i18n.language), person?.office, v.address]
    .filter(Boolean)
    .join(" ");
  const save = () => {
    const at = v.at ?? new Date();
    const text = report(
      {
        at,
        office: session.office.name,
        person: person === undefined ? "" : `${person.name} ${person.department} ${person.office}`,
        address: v.address,
        version: v.version,
        agent: navigator.userAgent,
        origin: location.origin,
      },
      v.findings,
      v.rows,
      t as (k: string, o?: Record<string, unknown>) => string,
    );
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    a.download = fileName(at);
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
  };
  return (
    <Page className="grid content-start gap-x-12 gap-y-6 !py-8 lg:grid-cols-[408px_minmax(0,1fr)]">
      <section
        aria-label={t("meet.check.verdictLabel")}
        className="flex flex-col rounded-box border border-line bg-paper p-8 lg:min-h-[640px] lg:self-start"
      >
        <Result
          phase={v.phase}
          all={all}
          rows={v.rows}
          contact={session.office.contact}
          guideUrl={v.guideUrl}
          run={run}
        />
        <div className="mt-auto grid gap-4 pt-6">
          {v.phase === "idle" && (
            <Button look="primary" size="xl" wide onPress={() => void run.start()}>
              {t("meet.check.start")}
            </Button>
          )}
          {v.phase === "done" && (
            <>
              <Button look="primary" size="xl" wide icon="download" onPress={save}>
                {t("meet.check.save")}
              </Button>
              <Button wide icon="redo" onPress={() => void run.start()}>
                {t("meet.check.again")}
              </Button>
            </>
          )}
        </div>
      </section>
      <section aria-labelledby="check-rows">
        <div className="mb-4 flex min-h-12 flex-wrap items-center justify-between gap-x-4">
          <h2 id="check-rows" className="text-2xl">
            {t("meet.check.results")}
          </h2>
          <span className="text-sub">{where}</span>
        </div>
        <ol className="m-0 list-none overflow-hidden rounded-box border border-line bg-paper p-0">
          {v.rows.map((r) => (
            <RowLine key={r.id} row={r} asking={v.phase === "asking" && r.id === "speaker"} />
          ))}
        </ol>
        {person !== undefined && (
          <LinkButton look="text" href="/" className="mt-2 -ml-3">
            {t("meet.backToday")}
          </LinkButton>
        )}
      </section>
    </Page>
  );
}

const icons: Record<RowId, IconName> = {
  certificate: "shield",
  signal: "link",
  path: "path",
  line: "gauge",
  mic: "mic",
  speaker: "speaker",
  camera: "cam",
  clock: "clock",
};
const tones: Record<Mark, Tone> = {
  waiting: "plain",
  running: "now",
  good: "ok",
  warn: "warn",
  bad: "error",
  skipped: "plain",
};

function RowLine({ row: r, asking }: { row: Row; asking: boolean }) {
  const { t } = useTranslation();
  const ground = r.mark === "bad" ? "bg-err-soft" : r.mark === "warn" ? "bg-warn-soft" : "";
  return (
    <li
      data-testid={`check-${r.id}`}
      data-mark={r.mark}
      className={`grid min-h-[82px] grid-cols-[32px_1fr] items-center gap-x-4 border-line border-t px-6 py-2 first:border-t-0 sm:grid-cols-[32px_1fr_144px] ${ground}`}
    >
      <Icon name={icons[r.id]} size={28} className="text-key" />
      <div className="leading-normal">
        <b className="block text-ink">{t(`meet.check.${r.id}.title`)}</b>
        <span>
          {asking ? t("meet.check.askRow") : rowWords(r, t as (k: string, o?: Record<string, unknown>) => string)}
        </span>
      </div>
      <div className="col-start-2 flex items-center sm:col-start-3">
        {r.mark === "waiting" || asking ? (
          <span className="text-sub">{t("meet.check.mark.waiting")}</span>
        ) : (
          <Status tone={tones[r.mark]}>
            {t(r.id === "path" && r.says === "relay" ? "meet.check.mark.spare" : `meet.check.mark.${r.mark}`)}
          </Status>
        )}
      </div>
    </li>
  );
}

const faces: Record<Verdict, { icon: IconName; ground: string }> = {
  running: { icon: "gauge", ground: "bg-key-soft text-key" },
  full: { icon: "tick", ground: "bg-ok text-white" },
  noCamera: { icon: "tick", ground: "bg-ok text-white" },
  soundOnly: { icon: "headset", ground: "bg-warn text-white" },
  listen: { icon: "speaker", ground: "bg-warn text-white" },
  none: { icon: "stop", ground: "bg-err text-white" },
};

function Result({
  phase,
  all,
  rows,
  contact,
  guideUrl,
  run,
}: {
  phase: "idle" | "running" | "asking" | "done";
  all: Verdict;
  rows: readonly Row[];
  contact: string;
  guideUrl: string;
  run: CheckRun;
}) {
  const { t } = useTranslation();
  const shown = phase === "done" ? all : "running";
  const face = faces[shown];
  const trouble = rows.filter((r) => r.mark === "bad" || r.mark === "warn");
  return (
    <>
      <span aria-hidden="true" className={`mb-6 grid size-22 place-items-center rounded-full ${face.ground}`}>
        <Icon name={phase === "asking" ? "speaker" : face.icon} size={64} />
      </span>
      <div role="status">
        <PageTitle>
          {phase === "idle"
            ? t("meet.check.title")
            : phase === "done"
              ? t(`meet.check.verdict.${all}`)
              : t(phase === "asking" ? "meet.check.ask" : "meet.check.now")}
        </PageTitle>
      </div>
      {phase === "idle" && <p className="mt-4">{t("meet.check.intro")}</p>}
      {phase === "running" && <Talk run={run} />}
      {phase === "asking" && <AskSpeaker run={run} />}
      {phase === "done" && (
        <>
          {trouble.length > 0 && all !== "none" && (
            <div className="mt-4 flex gap-3 rounded-ctl bg-warn-soft p-4 text-ink leading-normal">
              <Icon name="warn" className="text-warn" />
              <p>
                <b>{t(`meet.check.but.${all}`)}</b>
                <br />
                {t(`meet.check.still.${all}`)}
              </p>
            </div>
          )}
          {rows.some((r) => r.says === "untrusted") && guideUrl !== "" && (
            <p className="mt-4">
              <a href={guideUrl} className="link">
                {t("meet.check.guide")}
              </a>
            </p>
          )}
          <p className="mt-4">
            {t(trouble.length > 0 ? "meet.check.help" : "meet.check.fine", {
              contact: contact || t("meet.media.contact"),
            })}
          </p>
        </>
      )}
    </>
  );
}

function Talk({ run }: { run: CheckRun }) {
  const { t } = useTranslation();
  const { micTrack } = useCell(run.media.state);
  const heard = useCallback(() => run.voiceHeard(), [run]);
  return (
    <div className="mt-4 flex flex-col gap-4">
      <p>{t("meet.check.talk")}</p>
      <Meter track={micTrack} onHeard={heard} />
    </div>
  );
}

/** Only a person can say whether a sound was heard. */
function AskSpeaker({ run }: { run: CheckRun }) {
  const { t } = useTranslation();
  const [played, setPlayed] = useState(false);
  const [playing, setPlaying] = useState(false);
  const play = async () => {
    setPlaying(true);
    await playTestTone(undefined).catch(() => {});
    setPlaying(false);
    setPlayed(true);
  };
  const label = t("meet.prejoin.systemSpeaker");
  return (
    <div className="mt-4 flex flex-col gap-4">
      <p>{t("meet.check.askSpeaker")}</p>
      <Button
        look={played ? "outline" : "primary"}
        size="l"
        icon="speaker"
        isPending={playing}
        onPress={() => void play()}
      >
        {t("meet.prejoin.play")}
      </Button>
      {played && (
        <fieldset className="m-0 grid grid-cols-2 gap-4 border-0 p-0">
          <legend className="mb-2 font-bold text-ink text-lg">{t("meet.check.heard")}</legend>
          <Button look="primary" size="l" onPress={() => run.answerSpeaker(true, label)}>
            {t("meet.check.yes")}
          </Button>
          <Button size="l" onPress={() => run.answerSpeaker(false, label)}>
            {t("meet.check.no")}
          </Button>
        </fieldset>
      )}
    </div>
  );
}
