import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { DropZone, type FileDropItem, FileTrigger } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { ApiError, useErrorText } from "@/lib/api/problem";
import { stamp } from "@/lib/time";
import { Button, Card, LinkButton, Notice, Select } from "@/ui";
import { importSettlement } from "../../api/importSettlement";
import { providersQuery } from "../../api/listProviders";
import { settlementsQuery } from "../../api/listSettlements";
import { addDays, shortDay } from "../../model/day";
import { lines, refuse, rows } from "../../model/fileProblem";
import { figures, Oops, usePress } from "../../ui";
import { Drawing } from "./Drawing";
import { Broken, OfficePage } from "./OfficePage";
import { officePaths } from "./paths";
import { hair, Name, Sheet, Td, Th } from "./Sheet";

/** 精算ファイル取込: a provider's file, in whole or not at all. */
export function ImportPage() {
  const { t } = useTranslation();
  return <OfficePage title={t("recon.import.title")}>{(till) => <Import today={till.today} />}</OfficePage>;
}

interface Chosen {
  provider: string;
  file: File;
}

function Import({ today }: { today: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const providers = useQuery(providersQuery);
  const readable = (providers.data ?? []).filter((p) => p.statements);
  const [picked, setPicked] = useState<string>();
  const provider = picked ?? readable[0]?.name ?? "";
  const [file, setFile] = useState<File>();
  const why = file && refuse(file);
  const press = usePress<Schemas["Imported"], Chosen>({
    // The browser keeps no bytes for the key: name, size and time tell one file from another well enough for a retry.
    intent: `import:${provider}:${file?.name}:${file?.size}:${file?.lastModified}`,
    send: useCallback((key, v) => importSettlement(key, v.provider, v.file), []),
    onSuccess: useCallback(() => {
      setFile(undefined);
      void client.invalidateQueries({ queryKey: ["till"] });
    }, [client]),
  });
  const choose = (f: File | undefined) => {
    if (f === undefined) return;
    press.reset();
    setFile(f);
  };
  if (providers.isError && !providers.data) {
    return <Broken error={providers.error} again={() => void providers.refetch()} />;
  }
  if (!providers.data) return null;
  if (readable.length === 0) {
    return <Notice tone="info" title={t("recon.import.noProvider")} next={t("recon.import.noProviderNext")} />;
  }
  return (
    <>
      <Card aria-label={t("recon.import.choose")} className="flex flex-col gap-4">
        <Select
          className="max-w-96"
          label={t("recon.provider")}
          options={readable.map((p) => ({ id: p.name, label: p.label }))}
          value={provider}
          onChange={(p) => {
            setPicked(p);
            press.reset();
          }}
        />
        <DropZone
          aria-label={t("recon.import.drop")}
          onDrop={async (e) => {
            const item = e.items.find((i): i is FileDropItem => i.kind === "file");
            choose(await item?.getFile());
          }}
          className="flex flex-col items-center gap-3 rounded-box border-2 border-dashed border-edge bg-ground px-6 py-4 text-center data-[drop-target]:border-key data-[drop-target]:bg-key-soft"
        >
          {!file && <Drawing name="upload" size={40} className="text-key" />}
          {file ? (
            <p className="text-lg font-bold text-ink">
              {file.name}{" "}
              <span className="font-normal text-sub">
                {t("recon.import.size", { kb: figures(Math.ceil(file.size / 1024)) })}
              </span>
            </p>
          ) : (
            <p>{t("recon.import.hint")}</p>
          )}
          <FileTrigger acceptedFileTypes={[".csv", ".txt", ".tsv", "text/csv"]} onSelect={(l) => choose(l?.[0])}>
            <Button>{t(file ? "recon.import.another" : "recon.import.pick")}</Button>
          </FileTrigger>
        </DropZone>
        {why && (
          <Notice
            tone="error"
            live="alert"
            title={t(`recon.import.refused.${why}`)}
            next={t("recon.import.refusedNext")}
          />
        )}
        <div className="flex flex-wrap items-center justify-end gap-4">
          <p className="mr-auto text-sub">{t("recon.import.whole")}</p>
          <Button
            look="primary"
            size="l"
            isDisabled={file === undefined || why !== undefined}
            isPending={press.isPending}
            onPress={() => file && press.mutate({ provider, file })}
          >
            {t("recon.import.action")}
          </Button>
        </div>
      </Card>
      {press.isError && <Failed error={press.error} />}
      {press.data && <Done got={press.data} />}
      <Past provider={provider} today={today} />
    </>
  );
}

function Done({ got }: { got: Schemas["Imported"] }) {
  const { t, i18n } = useTranslation();
  const s = got.settlement;
  const span = { from: shortDay(s.from, i18n.language), to: shortDay(s.to, i18n.language) };
  return (
    <Notice
      tone={got.again ? "info" : "ok"}
      live="status"
      title={t(got.again ? "recon.import.again" : "recon.import.done")}
      still={
        got.again
          ? t("recon.import.againText", { at: stamp(s.at, i18n.language), name: s.by })
          : t("recon.import.doneText", { file: s.name, rows: figures(got.rows), ...span })
      }
      next={
        <LinkButton href={officePaths.matchOf(s.provider, s.from, s.to)} icon="right">
          {t("recon.import.toMatch")}
        </LinkButton>
      }
    />
  );
}

/** Nothing was taken in; every place that has to be looked at, with its line and column. */
function Failed({ error }: { error: Error }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const problems = error instanceof ApiError ? error.problems : [];
  if (problems.length === 0)
    return <Oops error={error} title={t("recon.import.failed")} still={t("recon.import.nothing")} />;
  const all = rows(problems);
  const some = all.slice(0, 200);
  return (
    <>
      <Notice
        tone="error"
        live="alert"
        title={t("recon.import.unreadable", { count: lines(all) })}
        still={words(error)}
        next={t("recon.import.unreadableNext")}
      />
      <Card aria-label={t("recon.import.problems")} className="!py-4">
        <Sheet
          label={t("recon.import.problems")}
          head={
            <tr>
              <Th num className="w-20">
                {t("recon.import.line")}
              </Th>
              <Th className="!pl-6 w-44">{t("recon.import.column")}</Th>
              <Th>{t("recon.import.what")}</Th>
            </tr>
          }
        >
          {some.map((r) => (
            <tr key={`${r.line} ${r.column}`} className={hair}>
              <Td num>{r.line === undefined ? "\u2212" : figures(r.line)}</Td>
              <Td className="!pl-6 whitespace-nowrap">{r.column || t("recon.import.wholeLine")}</Td>
              <Td>{r.messages.join(" ")}</Td>
            </tr>
          ))}
        </Sheet>
        {all.length > some.length && (
          <p className="mt-2">{t("recon.import.more", { count: all.length - some.length })}</p>
        )}
      </Card>
    </>
  );
}

function Past({ provider, today }: { provider: string; today: string }) {
  const { t, i18n } = useTranslation();
  const { data } = useQuery({ ...settlementsQuery(provider, addDays(today, -92), today), enabled: provider !== "" });
  if (!data) return null;
  const sorted = [...data].sort((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <Card aria-label={t("recon.import.past")} className="!py-4">
      <h2 className="mb-1 text-lg">{t("recon.import.past")}</h2>
      {sorted.length === 0 ? (
        <p className="text-sub">{t("recon.import.noPast")}</p>
      ) : (
        <Sheet
          label={t("recon.import.past")}
          head={
            <tr>
              <Th>{t("recon.import.file")}</Th>
              <Th>{t("recon.import.days")}</Th>
              <Th>{t("recon.import.by")}</Th>
            </tr>
          }
        >
          {sorted.map((s) => (
            <tr key={s.id} className={hair}>
              <Name>{s.name}</Name>
              <Td>
                <a href={officePaths.matchOf(s.provider, s.from, s.to)} className="inline-flex min-h-11 items-center">
                  {t("recon.days", { from: shortDay(s.from, i18n.language), to: shortDay(s.to, i18n.language) })}
                </a>
              </Td>
              <Td>
                {s.by} {stamp(s.at, i18n.language)}
              </Td>
            </tr>
          ))}
        </Sheet>
      )}
    </Card>
  );
}
