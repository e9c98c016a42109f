import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MeetingRoom } from "../../model/room";
import { type Person, pageOf } from "../../model/roster";
import { DarkButton } from "./DarkButton";
import { Tile } from "./Tile";

interface Props {
  room: MeetingRoom;
  people: readonly Person[];
  /** tiles on one page, oneself included */
  limit: number;
}

/** Beside the stage: the speaker on top, oneself at the bottom, the rest by pages. */
export function TileColumn({ room, people, limit }: Props) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const { tiles, page, pages } = pageOf(people, limit, at);
  return (
    <section aria-label={t("meet.room.tiles")} className="flex min-h-0 min-w-0 flex-col gap-2">
      <ul className="m-0 grid min-h-0 list-none grid-cols-2 gap-2 p-0 sm:grid-cols-3 lg:flex-1 lg:grid-cols-1 lg:grid-rows-5">
        {tiles.map((p) => (
          <li key={p.id} className={`aspect-video min-w-0 lg:aspect-auto lg:min-h-0 ${p.me ? "lg:row-start-5" : ""}`}>
            <Tile room={room} person={p} />
          </li>
        ))}
      </ul>
      <Pages page={page} pages={pages} onPage={setAt} />
    </section>
  );
}

/** Everyone alike. */
export function Grid({ room, people, limit }: Props) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const { tiles, page, pages } = pageOf(people, limit, at);
  const n = tiles.length;
  const columns = n <= 1 ? "grid-cols-1" : n <= 4 ? "grid-cols-2" : "grid-cols-2 sm:grid-cols-3";
  return (
    <section aria-label={t("meet.room.tiles")} className="flex min-h-0 flex-1 flex-col gap-2">
      <ul className={`m-0 grid min-h-0 flex-1 list-none auto-rows-fr gap-2 p-0 ${columns}`}>
        {tiles.map((p) => (
          <li key={p.id} className="min-h-28 min-w-0 lg:min-h-0">
            <Tile room={room} person={p} />
          </li>
        ))}
      </ul>
      <Pages page={page} pages={pages} onPage={setAt} />
    </section>
  );
}

function Pages({ page, pages, onPage }: { page: number; pages: number; onPage: (p: number) => void }) {
  const { t } = useTranslation();
  if (pages < 2) return null;
  return (
    <nav aria-label={t("meet.room.pages")} className="flex items-center justify-between gap-1">
      <DarkButton icon="left" className="!px-2" disabled={page === 0} onClick={() => onPage(page - 1)}>
        <span className="sr-only">{t("meet.room.prevPage")}</span>
      </DarkButton>
      <span role="status">{t("meet.room.pageOf", { page: page + 1, pages })}</span>
      <DarkButton icon="right" className="!px-2" disabled={page === pages - 1} onClick={() => onPage(page + 1)}>
        <span className="sr-only">{t("meet.room.nextPage")}</span>
      </DarkButton>
    </nav>
  );
}
