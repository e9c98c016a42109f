import type { ReactNode } from "react";
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from "react-aria-components";
import { Icon, type IconName } from "./Icon";

export interface TabSpec {
  id: string;
  label: string;
  icon?: IconName;
  content: ReactNode;
}

/** Two or three ways beside each other; arrow keys move between them. Panels keep what was typed in them. */
export function Tabs({
  label,
  tabs,
  selected,
  onSelect,
  className = "",
  panelClass = "",
}: {
  label: string;
  tabs: readonly TabSpec[];
  selected: string;
  onSelect: (id: string) => void;
  className?: string;
  panelClass?: string;
}) {
  return (
    <AriaTabs
      selectedKey={selected}
      onSelectionChange={(k) => onSelect(String(k))}
      className={`flex flex-col gap-4 ${className}`}
    >
      <TabList aria-label={label} className="grid auto-cols-fr grid-flow-col gap-4">
        {tabs.map((tab) => (
          <Tab
            key={tab.id}
            id={tab.id}
            className="palt flex min-h-12 cursor-pointer items-center justify-center gap-2 rounded-ctl border border-key bg-paper px-2 py-1 font-bold text-key hover:bg-key-soft data-[selected]:bg-key-soft data-[selected]:ring-1 data-[selected]:ring-key data-[selected]:ring-inset forced-colors:data-[selected]:border-4"
          >
            {tab.icon && <Icon name={tab.icon} />}
            <span>{tab.label}</span>
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} shouldForceMount className={`data-[inert]:hidden ${panelClass}`}>
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
