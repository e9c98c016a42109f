import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSend } from "@/lib/useSend";
import { Button, IconButton, Menu, MenuItem, Notice, Spinner, useTitle, useToast } from "@/ui";
import { cancelAttempt } from "../../api/cancelAttempt";
import { charge } from "../../api/charge";
import { closeSession } from "../../api/closeSession";
import { dropSale } from "../../api/dropSale";
import { fixSale } from "../../api/fixSale";
import { priceListQuery } from "../../api/getPriceList";
import { tillQuery } from "../../api/getTill";
import { listOffers } from "../../api/listOffers";
import { nextCustomer } from "../../api/nextCustomer";
import { tickShown } from "../../api/tickShown";
import { again, choices, goods, type Line } from "../../model/cart";
import { type Screen, screenOf, type View } from "../../model/desk";
import { paths } from "../../model/paths";
import { Speaker } from "../../model/sound";
import { keyed, Oops, TillFrame, usePress } from "../../ui";
import { CartScreen } from "./CartScreen";
import { CashScreen } from "./CashScreen";
import { CheckingScreen } from "./CheckingScreen";
import { ChooseScreen } from "./ChooseScreen";
import { DisplayDialog } from "./DisplayDialog";
import { NotPaidScreen } from "./NotPaidScreen";
import { PaidScreen } from "./PaidScreen";
import { ReaderDialog } from "./ReaderDialog";
import { ReadScreen } from "./ReadScreen";
import { StickerScreen } from "./StickerScreen";
import { Strip } from "./Strip";
import { useDesk, useKept } from "./useDesk";
import { useScanner } from "./useScanner";
import { WaitScreen } from "./WaitScreen";
import type { Way } from "./WayBar";

/** What is asked for of a fixed sale before it can be charged. */
interface Mode {
  sale: string;
  kind: "read" | "cash" | "choose";
  way?: Way;
}

interface Want {
  way: Way;
  wallet?: string;
  code?: string;
  tendered?: number;
}

const speaker = new Speaker();

/** The counter: one customer after the other, from the price list to the result. */
export function DeskPage() {
  const { session = "" } = useParams({ strict: false }) as { session?: string };
  return <Desk key={session} session={session} />;
}

function Desk({ session }: { session: string }) {
  const { t } = useTranslation();
  const say = useToast();
  const till = useQuery(tillQuery);
  const desk = useDesk(session);
  const { state, screen } = desk;
  const counter = till.data?.counters.find((c) => c.id === state?.session.counter);
  const list = useQuery({ ...priceListQuery(state?.session.counter ?? ""), enabled: state !== undefined });
  const all = useMemo(() => (list.data ? goods(list.data) : undefined), [list.data]);
  const [cart, setCart] = useKept<Line[]>(`yakusho.till.cart.${session}`, []);
  const [mode, setMode] = useState<Mode>();
  const [dialog, setDialog] = useState<"reader" | "display">();
  const [muted, setMuted] = useState(speaker.muted);
  const [layoutTurn, setLayoutTurn] = useState(0);
  useTitle(state?.session.counter_name ?? t("till.cart.title"));
  useSounds(screen, desk.beside);

  const view = "view" in screen ? screen.view : undefined;
  const attempt = view?.attempt;

  // From the press of a way to the attempt: each step has its key, so that the whole may be pressed again at any point.
  const pay = useSend<void, Want>({
    mutationFn: async (want) => {
      let open: View | undefined = screen.kind === "choose" ? screen.view : undefined;
      if (open === undefined) {
        const said = choices(cart);
        open = await keyed(`fix:${session}`, said, (key) => fixSale(session, { key, choices: said }));
        setCart(() => []);
        desk.saw(open);
        desk.choose(open);
      }
      const id = open.sale.id;
      if (open.sale.state !== "open") return;
      if (want.way === "scan" && want.code === undefined) {
        const can = (await listOffers(id)).some((o) => o.way === "scan" && o.ok);
        return setMode(can ? { sale: id, kind: "read" } : { sale: id, kind: "choose", way: "scan" });
      }
      if (want.way === "cash" && want.tendered === undefined) return setMode({ sale: id, kind: "cash" });
      let wallet = want.wallet;
      if (wallet === undefined && (want.way === "show" || want.way === "sticker")) {
        const fit = (await listOffers(id)).filter((o) => o.way === want.way && o.ok);
        if (fit.length !== 1) return setMode({ sale: id, kind: "choose", way: want.way });
        wallet = fit[0]?.wallet;
      }
      const body = { way: want.way, wallet, code: want.code, tendered: want.tendered };
      const made = await keyed(`charge:${id}`, body, (key) => charge(id, { key, ...body }));
      setMode(undefined);
      desk.saw({ sale: open.sale, attempt: made });
      desk.sawAttempt(made);
    },
    onError: () => speaker.play("refused"),
  });
  const drop = usePress<View, { view: View; edit: boolean }>({
    intent: `drop:${view?.sale.id}`,
    send: (key, v) => dropSale(v.view.sale.id, { key }),
    onSuccess: (got, v) => {
      if (v.edit && all) setCart(() => again(v.view.sale, all));
      pay.reset();
      setMode(undefined);
      desk.saw(got);
      desk.leave(got);
    },
  });
  const cancel = usePress({
    intent: `cancel:${attempt?.id}`,
    send: (key) => cancelAttempt(attempt?.id ?? "", { key }),
    onSuccess: desk.sawAttempt,
  });
  const tick = usePress<Parameters<typeof desk.sawAttempt>[0], { amount: number; at: string; tail: string }>({
    intent: `tick:${attempt?.id}`,
    send: (key, v) => tickShown(attempt?.id ?? "", { key, ...v }),
    onSuccess: desk.sawAttempt,
  });

  const navigate = useNavigate();
  const endPractice = usePress({
    intent: `end:${session}`,
    send: (key) => closeSession(session, { key }),
    onSuccess: () => navigate({ to: paths.home }),
    onError: (e) => say(e.message, "error"),
  });

  const next = (v: View) => {
    pay.reset();
    drop.reset();
    cancel.reset();
    tick.reset();
    setMode(undefined);
    desk.leave(v);
    // The customer display goes back to its greeting; if that fails it does so by itself after a while.
    nextCustomer(session).catch(() => {});
  };
  const setAside = (v: View) => {
    pay.reset();
    cancel.reset();
    setMode(undefined);
    desk.aside(v);
    nextCustomer(session).catch(() => {});
  };

  const scan = (code: string) => {
    if (pay.isPending) return;
    if ((screen.kind === "cart" && cart.length > 0) || screen.kind === "choose") {
      speaker.play("scan");
      pay.mutate({ way: "scan", code });
      return;
    }
    speaker.play("refused");
    say(t(`till.scan.${screen.kind}`), "error");
  };
  useScanner(scan, dialog === undefined && state !== undefined && layoutTurn >= 0);

  if (!state || !till.data) {
    const error = desk.error ?? till.error;
    return (
      <main id="main" tabIndex={-1} className="mx-auto flex min-h-dvh max-w-[640px] flex-col justify-center p-4">
        <h1 className="sr-only">{t("till.cart.title")}</h1>
        {error ? <Oops error={error} title={t("till.desk.failed")} /> : <Spinner />}
        {error && (
          <div className="mt-4 flex gap-4">
            <Button icon="redo" onPress={desk.refetch}>
              {t("app.offline.retry")}
            </Button>
          </div>
        )}
      </main>
    );
  }

  const s = state.session;
  const ownMode = mode && view?.sale.id === mode.sale && screen.kind === "choose" ? mode : undefined;
  const why: Partial<Record<Way, string>> = {};
  if (!s.training && !counter?.stickers.some((x) => !x.retired)) why.sticker = t("till.ways.sticker.none");
  if (s.training) why.sticker = t("till.ways.sticker.training");
  const tone =
    screen.kind === "paid" && attempt?.phase !== "shown" ? "paid" : screen.kind === "checking" ? "checking" : "plain";
  const error = pay.error ?? drop.error ?? cancel.error;

  const body = () => {
    if (s.state === "closed") {
      return (
        <Page1 title={t("till.desk.closed")} text={t("till.desk.closedText")}>
          <Button look="primary" size="xl" onPress={() => location.assign(paths.home)}>
            {t("till.desk.home")}
          </Button>
        </Page1>
      );
    }
    switch (screen.kind) {
      case "cart":
        if (!list.data || !all)
          return list.error ? <Oops error={list.error} title={t("till.desk.noPrices")} /> : <Spinner />;
        return (
          <CartScreen
            list={list.data}
            goods={all}
            cart={cart}
            setCart={setCart}
            ways={why}
            pending={pay.isPending}
            onWay={(way) => pay.mutate({ way })}
          />
        );
      case "choose":
        if (ownMode?.kind === "read") {
          return (
            <ReadScreen view={screen.view} pending={pay.isPending} onCode={scan} onBack={() => setMode(undefined)} />
          );
        }
        if (ownMode?.kind === "cash") {
          return (
            <CashScreen
              view={screen.view}
              pending={pay.isPending}
              onPaid={(tendered) => pay.mutate({ way: "cash", tendered })}
              onBack={() => setMode(undefined)}
            />
          );
        }
        return (
          <ChooseScreen
            view={screen.view}
            only={ownMode?.way}
            why={why}
            pending={pay.isPending}
            onPay={(way, wallet) => pay.mutate({ way, ...(wallet ? { wallet } : {}) })}
            onEdit={() => drop.mutate({ view: screen.view, edit: true })}
            onDrop={() => drop.mutate({ view: screen.view, edit: false })}
            editing={drop.isPending}
          />
        );
      case "wait":
        if (screen.attempt.way === "sticker") {
          return (
            <StickerScreen
              view={screen.view}
              attempt={screen.attempt}
              pending={tick.isPending}
              error={tick.error}
              cancelling={cancel.isPending}
              onTick={(x) => tick.mutate(x)}
              onCancel={() => cancel.mutate()}
            />
          );
        }
        return (
          <WaitScreen
            view={screen.view}
            attempt={screen.attempt}
            office={till.data.office}
            displays={counter?.display ?? false}
            cancelling={cancel.isPending}
            onCancel={() => cancel.mutate()}
          />
        );
      case "checking":
        return (
          <CheckingScreen
            key={screen.attempt.id}
            view={screen.view}
            attempt={screen.attempt}
            printer={counter?.printer ?? false}
            cancelling={cancel.isPending}
            onCancel={() => cancel.mutate()}
            onAside={() => setAside(screen.view)}
            onSaw={desk.sawAttempt}
          />
        );
      case "paid":
        return (
          <PaidScreen
            key={screen.view.sale.id}
            view={screen.view}
            printer={counter?.printer ?? false}
            onNext={() => next(screen.view)}
          />
        );
      case "not_paid":
        return (
          <NotPaidScreen
            key={screen.attempt.id}
            view={screen.view}
            attempt={screen.attempt}
            dropping={drop.isPending}
            onAgain={() => {
              pay.reset();
              desk.choose(screen.view);
              desk.leave(screen.view);
            }}
            onDrop={() => drop.mutate({ view: screen.view, edit: false })}
          />
        );
    }
  };

  return (
    <div className={screen.kind === "cart" && s.state === "open" ? "desk:h-dvh desk:overflow-hidden" : ""}>
      <TillFrame
        counter={s.counter_name}
        clerk={till.data.name}
        training={s.training}
        line={desk.line}
        tone={tone}
        fixed={screen.kind === "cart" && s.state === "open"}
        tools={
          <>
            <IconButton
              icon={muted ? "speakerOff" : "speaker"}
              label={t(muted ? "till.frame.soundOn" : "till.frame.soundOff")}
              aria-pressed={muted}
              className={tone === "paid" ? "!text-white hover:!text-key" : ""}
              onPress={() => {
                speaker.muted = !muted;
                setMuted(!muted);
                if (muted) speaker.play("paid");
              }}
            />
            <Menu
              label={t("till.frame.menu")}
              trigger={
                <Button icon="menu" className="!px-4 no-underline">
                  <span className="max-lg:sr-only">{t("ui.menu")}</span>
                </Button>
              }
            >
              <MenuItem icon="list" href={paths.sales}>
                {t("till.frame.sales")}
              </MenuItem>
              <MenuItem icon="screen" onAction={() => setDialog("display")}>
                {t("till.pair.title")}
              </MenuItem>
              <MenuItem icon="barcode" onAction={() => setDialog("reader")}>
                {t("till.reader.title")}
              </MenuItem>
              {s.training ? (
                <MenuItem icon="mobile" href={paths.practice} target="_blank">
                  {t("till.frame.playCustomer")}
                </MenuItem>
              ) : null}
              {s.training ? (
                <MenuItem icon="check" onAction={() => endPractice.mutate()}>
                  {t("till.frame.endPractice")}
                </MenuItem>
              ) : (
                <MenuItem icon="lock" href={paths.dayBook(session)}>
                  {t("till.frame.dayBook")}
                </MenuItem>
              )}
              <MenuItem icon="exit" href={paths.home}>
                {t("till.frame.home")}
              </MenuItem>
            </Menu>
          </>
        }
      >
        <Strip views={desk.beside} onOpen={desk.choose} />
        {error && screen.kind !== "paid" && (
          <div className="px-4 pt-4 md:px-6">
            <Oops
              error={error}
              title={t(pay.error ? "till.desk.notCharged" : "till.desk.notDone")}
              still={pay.error ? t("till.desk.sure") : undefined}
            />
          </div>
        )}
        {body()}
      </TillFrame>
      {dialog === "reader" && (
        <ReaderDialog
          onClose={() => {
            setDialog(undefined);
            setLayoutTurn((n) => n + 1);
          }}
        />
      )}
      {dialog === "display" && counter && <DisplayDialog counter={counter} onClose={() => setDialog(undefined)} />}
    </div>
  );
}

/** Sounds when a result comes, on the screen or beside it, not when a page that shows one is opened. */
function useSounds(screen: Screen, beside: readonly View[]) {
  const seen = useRef<Map<string, Screen["kind"]>>(undefined);
  useEffect(() => {
    const now = new Map(beside.map((v) => [v.sale.id, screenOf(v, false).kind]));
    if ("view" in screen) now.set(screen.view.sale.id, screen.kind);
    const before = seen.current;
    seen.current = now;
    if (before === undefined) return;
    for (const [id, kind] of now) {
      const was = before.get(id);
      // A sale that begins with its result was just fixed: reduced to nothing, or answered at once.
      const news = was === undefined ? kind === "paid" && before.size === 0 : was !== kind;
      if (news && (kind === "paid" || kind === "not_paid" || kind === "checking")) speaker.play(kind);
    }
  }, [screen, beside]);
}

function Page1({ title, text, children }: { title: string; text: string; children: React.ReactNode }) {
  return (
    <main
      id="main"
      tabIndex={-1}
      className="mx-auto flex max-w-[720px] flex-1 flex-col items-start justify-center gap-6 p-6"
    >
      <h1 className="text-[32px]">{title}</h1>
      <Notice tone="info" title={text} />
      {children}
    </main>
  );
}
