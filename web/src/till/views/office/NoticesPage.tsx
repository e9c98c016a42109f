import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Button, Card, Checkbox, CheckboxGroup, Dialog, Icon, Select, Status, TextField } from "@/ui";
import { designationsQuery } from "../../api/listDesignations";
import { itemsQuery } from "../../api/listItems";
import { putDesignation } from "../../api/putDesignation";
import { dayText, when } from "../../model/day";
import { categories, type Stand, stands } from "../../model/pricelist";
import { DayField, SendForm, useDraftOf } from "./form";
import { Broken, OfficePage } from "./OfficePage";
import { Validity } from "./ReductionsPage";
import { useStored } from "./useStored";

type Designation = Schemas["Designation"];
type Category = { code: string; name: string };

/** 指定納付受託者の告示: which brand may take which 科目, from when. Without one a brand cannot be chosen at the counter. */
export function NoticesPage() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Designation | { wallet: string }>();
  return (
    <OfficePage
      title={t("shelf.notices.title")}
      tools={
        <Button look="primary" icon="plus" onPress={() => setOpen({ wallet: "" })}>
          {t("shelf.notices.new")}
        </Button>
      }
    >
      {(till) => <Notices till={till} open={open} setOpen={setOpen} />}
    </OfficePage>
  );
}

function Notices({
  till,
  open,
  setOpen,
}: {
  till: Schemas["Till"];
  open: Designation | { wallet: string } | undefined;
  setOpen: (x?: Designation | { wallet: string }) => void;
}) {
  const { t } = useTranslation();
  const all = useQuery(designationsQuery);
  const items = useQuery(itemsQuery);
  const broken = [all, items].find((q) => q.isError && !q.data);
  if (broken) return <Broken error={broken.error} again={() => void broken.refetch()} />;
  if (!all.data || !items.data) return null;
  const cats = categories(items.data);
  return (
    <>
      <p>{t("shelf.notices.text")}</p>
      <ul className="grid items-start gap-4 lg:grid-cols-2">
        {stands(till.wallets, all.data, till.today).map((s) => (
          <li key={s.wallet.id}>
            <Brand stand={s} today={till.today} cats={cats} onOpen={setOpen} />
          </li>
        ))}
      </ul>
      {open && (
        <NoticeDialog
          notice={"id" in open ? open : undefined}
          wallet={open.wallet}
          wallets={till.wallets.filter(
            (w) => w.id !== "cash" && w.id !== "training" && !(w.retired && w.retired <= till.today),
          )}
          cats={cats}
          today={till.today}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}

function Brand({
  stand: s,
  today,
  cats,
  onOpen,
}: {
  stand: Stand;
  today: string;
  cats: readonly Category[];
  onOpen: (x: Designation) => void;
}) {
  const { t, i18n } = useTranslation();
  const name = (code: string) => cats.find((c) => c.code === code)?.name ?? code;
  return (
    <Card as="article" aria-label={s.wallet.name} className="!py-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <h2 className="text-lg">{s.wallet.name}</h2>
        <Status
          tone={s.kind === "all" ? "ok" : s.kind === "some" ? "now" : s.kind === "none" ? "warn" : "plain"}
          icon={s.kind === "retired" ? "close" : s.kind === "some" ? "tick" : undefined}
        >
          {t(`shelf.notices.kind.${s.kind}`)}
        </Status>
      </div>
      {s.kind === "retired" && <p>{s.wallet.instead}</p>}
      {s.kind === "none" && <p>{t("shelf.notices.noneText")}</p>}
      {s.notices.length > 0 && (
        <ul className="mt-1 divide-y divide-line">
          {s.notices.map((d) => (
            <li
              key={d.id}
              className={`flex flex-wrap items-start justify-between gap-x-4 py-2 ${when(d, today) === "over" ? "text-sub" : ""}`}
            >
              <div className="min-w-0 flex-1">
                <b className="text-ink">{d.notice}</b>{" "}
                {t("shelf.notices.on", { day: dayText(d.noticed_on, i18n.language) })}
                <br />
                {d.trustee}
                <br />
                {d.categories.length === 0
                  ? t("shelf.notices.allCategories")
                  : t("shelf.notices.categories", { names: d.categories.map(name).join(t("shelf.notices.comma")) })}
                <br />
                <Validity from={d.from} to={d.to} today={today} lang={i18n.language} />
              </div>
              <Button
                className="!min-h-11 !px-4"
                onPress={() => onOpen(d)}
                aria-label={t("shelf.changeOf", { name: `${s.wallet.name} ${d.notice}` })}
              >
                {t("shelf.change")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function NoticeDialog({
  notice: n,
  wallet,
  wallets,
  cats,
  today,
  onClose,
}: {
  notice?: Designation;
  wallet: string;
  wallets: readonly Schemas["Wallet"][];
  cats: readonly Category[];
  today: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [d, set, clear] = useDraftOf(`notice.${n?.id ?? "new"}`, {
    wallet: n?.wallet ?? wallet,
    trustee: n?.trustee ?? "",
    notice: n?.notice ?? "",
    noticed_on: n?.noticed_on ?? "",
    some: (n?.categories.length ?? 0) > 0,
    categories: n?.categories ?? ([] as string[]),
    from: n?.from ?? today,
    to: n?.to ?? "",
  });
  const press = useStored<Omit<Schemas["DesignationInput"], "key">>({
    intent: `notice:${n?.id ?? "new"}`,
    send: useCallback((key, v) => putDesignation({ key, ...v }), []),
    clear,
    onClose,
  });
  const check = () => {
    const out: Record<string, string> = {};
    // An empty list means every 科目 to the server: nobody may get there by leaving the boxes empty.
    if (d.some && d.categories.length === 0) out.categories = t("shelf.notices.noCategory");
    if (d.wallet === "") out.wallet = t("shelf.notices.noWallet");
    return out;
  };
  return (
    <Dialog open onClose={onClose} title={n ? t("shelf.changeOf", { name: n.notice }) : t("shelf.notices.new")}>
      <SendForm
        press={press}
        check={check}
        value={() => ({
          ...(n ? { id: n.id } : {}),
          wallet: d.wallet,
          trustee: d.trustee.trim(),
          notice: d.notice.trim(),
          noticed_on: d.noticed_on,
          categories: d.some ? d.categories : [],
          from: d.from,
          ...(d.to ? { to: d.to } : {}),
        })}
        known={["wallet", "trustee", "notice", "noticed_on", "from", "to"]}
        failed={t("shelf.failed")}
        action={t("shelf.store")}
        onCancel={onClose}
      >
        {(wrong) => (
          <>
            <div>
              <Select
                label={t("shelf.notices.wallet")}
                placeholder={t("closing.hand.choose")}
                options={wallets.map((w) => ({ id: w.id, label: w.name }))}
                value={d.wallet || null}
                onChange={(x) => set({ wallet: x })}
                isDisabled={n !== undefined}
              />
              <Beside words={wrong("wallet")} />
            </div>
            <TextField
              label={t("shelf.notices.trustee")}
              value={d.trustee}
              onChange={(trustee) => set({ trustee })}
              error={wrong("trustee")}
              autoComplete="off"
            />
            <div className="grid gap-4 sm:grid-cols-2">
              <TextField
                label={t("shelf.notices.notice")}
                hint={t("shelf.notices.noticeHint")}
                value={d.notice}
                onChange={(notice) => set({ notice })}
                error={wrong("notice")}
                autoComplete="off"
              />
              <DayField
                label={t("shelf.notices.noticedOn")}
                value={d.noticed_on}
                onChange={(noticed_on) => set({ noticed_on })}
                error={wrong("noticed_on")}
              />
            </div>
            <Checkbox isSelected={!d.some} onChange={(all) => set({ some: !all })}>
              {t("shelf.notices.every")}
            </Checkbox>
            {d.some && (
              <div>
                <CheckboxGroup
                  label={t("shelf.notices.which")}
                  value={d.categories}
                  onChange={(x) => set({ categories: x })}
                >
                  {cats.map((c) => (
                    <Checkbox key={c.code} value={c.code} hint={c.code}>
                      {c.name}
                    </Checkbox>
                  ))}
                </CheckboxGroup>
                <Beside words={wrong("categories")} />
              </div>
            )}
            <div className="grid gap-4 sm:grid-cols-2">
              <DayField
                label={t("shelf.from")}
                value={d.from}
                onChange={(from) => set({ from })}
                error={wrong("from")}
              />
              <DayField
                label={t("shelf.to")}
                hint={t("shelf.toHint")}
                value={d.to}
                onChange={(to) => set({ to })}
                error={wrong("to")}
              />
            </div>
          </>
        )}
      </SendForm>
    </Dialog>
  );
}

/** An error beside something that is no text field. */
export function Beside({ words }: { words: string | undefined }) {
  if (words === undefined) return null;
  return (
    <p role="alert" className="mt-1 flex items-start gap-2 font-bold text-err leading-normal">
      <Icon name="stop" size={20} className="mt-0.5" />
      {words}
    </p>
  );
}
