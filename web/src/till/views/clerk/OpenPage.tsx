import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { ApiError } from "@/lib/api/problem";
import { Icon, LinkButton, Notice, Page, PageTitle, Spinner, Status, Switch, TextField, useTitle } from "@/ui";
import { tillQuery } from "../../api/getTill";
import { openSession } from "../../api/openSession";
import { amount as read } from "../../model/cash";
import { paths } from "../../model/paths";
import { Act, Mark, Oops, usePress, Watermark } from "../../ui";
import { ReaderDialog } from "./ReaderDialog";
import { useScanner } from "./useScanner";

const Camera = lazy(() => import("./Camera"));

interface Opening {
  float: number;
  scans: { sticker: string; payload: string }[];
  training: boolean;
}

/** 開局: every sticker is read, the drawer counted, then the counter opens. A sticker that differs stops it. */
export function OpenPage() {
  const { t } = useTranslation();
  const { counter: id = "" } = useParams({ strict: false }) as { counter?: string };
  const { practice } = useLocation({ select: (l) => l.search as { practice?: number } });
  const till = useQuery(tillQuery);
  const counter = till.data?.counters.find((c) => c.id === id);
  useTitle(t("till.open.title"));
  return (
    <Page narrow>
      {!till.data && !till.error && <Spinner />}
      {till.error && <Oops error={till.error} title={t("till.home.failed")} />}
      {till.data && !counter && (
        <Notice
          tone="warn"
          title={t("till.open.unknown")}
          next={<LinkButton href={paths.home}>{t("till.open.back")}</LinkButton>}
        />
      )}
      {counter && (
        <OpenForm counter={counter} practice={practice !== undefined} canPractise={till.data?.practice ?? false} />
      )}
    </Page>
  );
}

function OpenForm({
  counter,
  practice,
  canPractise,
}: {
  counter: Schemas["Counter"];
  practice: boolean;
  canPractise: boolean;
}) {
  const { t } = useTranslation();
  const go = useNavigate();
  const client = useQueryClient();
  const [training, setTraining] = useState(practice);
  const [read1, setRead] = useState<Record<string, string>>({});
  const [float, setFloat] = useState("");
  const [tried, setTried] = useState(false);
  const [reader, setReader] = useState(false);
  const [camera, setCamera] = useState(false);
  const [turn, setTurn] = useState(0);
  const stickers = counter.stickers.filter((s) => !s.retired);
  const open = usePress<Schemas["TillSession"], Opening>({
    intent: `open:${counter.id}`,
    send: (key, v) => openSession(counter.id, { key, ...v }),
    onSuccess: (s) => {
      void client.invalidateQueries({ queryKey: tillQuery.queryKey });
      void go({ to: paths.desk(s.id) });
    },
  });
  const differs = open.error instanceof ApiError && open.error.code === "sticker_differs";
  const at = training ? -1 : stickers.findIndex((s) => read1[s.id] === undefined);
  const hear = (code: string) => {
    const s = stickers[at];
    if (s === undefined) return;
    setCamera(false);
    setRead((r) => ({ ...r, [s.id]: code }));
  };
  useScanner(hear, !reader && at >= 0 && !differs && turn >= 0);
  const money = training ? 0 : read(float === "" ? "0" : float);
  const submit = () => {
    if (money === undefined || at >= 0) setTried(true);
    else
      open.mutate({
        float: money,
        training,
        scans: training ? [] : stickers.map((s) => ({ sticker: s.id, payload: read1[s.id] ?? "" })),
      });
  };

  if (differs) {
    return (
      <section role="alert" className="flex flex-col gap-6 rounded-2xl border-4 border-err bg-paper p-8">
        <div className="flex flex-wrap items-center gap-6">
          <Mark kind="not_paid" size={112} className="text-err" />
          <h1 className="min-w-0 flex-1 text-[36px]">{t("till.open.differs")}</h1>
        </div>
        <p className="text-[22px] leading-relaxed text-ink">
          {open.error?.message === "" ? "" : (open.error as ApiError).detail}
        </p>
        <p className="text-lg">{t("till.open.differsStill")}</p>
        <div className="flex flex-wrap gap-4">
          <Act
            look="plain"
            icon="redo"
            onPress={() => {
              setRead({});
              open.reset();
            }}
          >
            {t("till.open.readAgain")}
          </Act>
          <LinkButton size="xl" href={paths.home}>
            {t("till.open.back")}
          </LinkButton>
        </div>
      </section>
    );
  }
  return (
    <form
      className="flex flex-col gap-6"
      onSubmit={(e) => {
        e.preventDefault();
        submit();
      }}
    >
      {training && <Watermark />}
      <PageTitle sub={counter.name}>{t("till.open.title")}</PageTitle>
      {canPractise && (
        <div
          className={`flex flex-wrap items-center gap-x-6 rounded-box border px-4 py-2 ${training ? "border-warn bg-warn-soft" : "border-line bg-paper"}`}
        >
          <Switch isSelected={training} onChange={setTraining}>
            <b>{t("till.open.training")}</b>
          </Switch>
          <p>{t("till.open.trainingText")}</p>
        </div>
      )}
      {!training && stickers.length > 0 && (
        <section aria-labelledby="stickers" className="rounded-box border border-line bg-paper p-6">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h2 id="stickers" className="text-xl">
              {t("till.open.stickers")}
            </h2>
            <button
              type="button"
              className="link min-h-11 cursor-pointer rounded-ctl px-2"
              onClick={() => setReader(true)}
            >
              {t("till.open.readerHint")}
            </button>
          </div>
          <p className="mt-1">{t("till.open.stickersText")}</p>
          <ol className="mt-4" aria-live="polite">
            {stickers.map((s, i) => {
              const done = read1[s.id] !== undefined;
              return (
                <li
                  key={s.id}
                  className={`flex min-h-16 flex-wrap items-center justify-between gap-3 border-t border-line px-3 py-2 ${i === at ? "rounded-ctl border-key bg-key-soft ring-1 ring-key" : ""}`}
                >
                  <span>
                    <b className="text-lg text-ink">{s.label}</b>
                    <span className="block text-sub">
                      {t("till.open.shop", { shop: s.shop, wallet: s.wallet_name })}
                    </span>
                  </span>
                  {done ? (
                    <Status tone="ok">{t("till.open.read")}</Status>
                  ) : i === at ? (
                    <Status tone="now" icon="barcode">
                      {t("till.open.now")}
                    </Status>
                  ) : (
                    <span className="text-sub">{t("till.open.later")}</span>
                  )}
                </li>
              );
            })}
          </ol>
          {at >= 0 &&
            (camera ? (
              <div className="mx-auto mt-4 max-w-[480px]">
                <Suspense fallback={<Spinner />}>
                  <Camera key={at} onCode={hear} onClose={() => setCamera(false)} />
                </Suspense>
              </div>
            ) : (
              <Act look="plain" icon="cam" className="mt-4" onPress={() => setCamera(true)}>
                {t("till.read.camera")}
              </Act>
            ))}
          {tried && at >= 0 && (
            <p role="alert" className="mt-3 flex items-center gap-2 font-bold text-err">
              <Icon name="stop" size={20} />
              {t("till.open.unread")}
            </p>
          )}
        </section>
      )}
      {!training && (
        <section className="rounded-box border border-line bg-paper p-6">
          <TextField
            label={t("till.open.float")}
            hint={t("till.open.floatHint")}
            inputMode="numeric"
            autoComplete="off"
            value={float}
            onChange={setFloat}
            error={tried && money === undefined ? t("till.open.floatWrong") : undefined}
            inputClass="!text-[32px] !min-h-16 text-right font-bold max-w-[320px]"
          />
        </section>
      )}
      {open.error && <Oops error={open.error} title={t("till.open.failed")} />}
      <div className="flex flex-wrap items-center justify-between gap-4 bg-ground py-4 desk:sticky desk:bottom-0">
        <LinkButton size="xl" look="text" href={paths.home}>
          {t("till.open.back")}
        </LinkButton>
        <Act
          look="primary"
          icon="unlock"
          type="submit"
          className="!min-h-20 !text-2xl md:min-w-[400px]"
          isPending={open.isPending}
        >
          {t(training ? "till.open.goTraining" : "till.open.go")}
        </Act>
      </div>
      {reader && (
        <ReaderDialog
          onClose={() => {
            setReader(false);
            setTurn((n) => n + 1);
          }}
        />
      )}
    </form>
  );
}
