import { Select as AriaSelect, Button, Label, ListBox, ListBoxItem, Popover, SelectValue } from "react-aria-components";
import { Icon } from "./Icon";

export interface Option {
  id: string;
  label: string;
}

export interface SelectProps {
  label: string;
  /** the label is beside it already: read aloud, not shown */
  hideLabel?: boolean;
  options: readonly Option[];
  value: string | null;
  onChange: (id: string) => void;
  isDisabled?: boolean;
  placeholder?: string;
  className?: string;
}

/** One of a few. */
export function Select({
  label,
  hideLabel,
  options,
  value,
  onChange,
  isDisabled,
  placeholder,
  className = "",
}: SelectProps) {
  return (
    <AriaSelect
      aria-label={hideLabel ? label : undefined}
      value={value}
      onChange={(id) => id !== null && onChange(String(id))}
      isDisabled={isDisabled}
      placeholder={placeholder}
      className={`flex min-w-0 flex-col gap-1 ${className}`}
    >
      {!hideLabel && <Label className="font-bold text-ink">{label}</Label>}
      <Button className="flex min-h-12 w-full cursor-pointer items-center justify-between gap-2 rounded-ctl border border-edge bg-paper px-4 py-2 text-left text-ink hover:bg-ground data-[disabled]:cursor-not-allowed data-[disabled]:bg-ground data-[disabled]:text-sub">
        {/* The chosen option's words, not a copy of its row with the tick. */}
        <SelectValue className="min-w-0 truncate">
          {({ isPlaceholder, defaultChildren, selectedText }) => (isPlaceholder ? defaultChildren : selectedText)}
        </SelectValue>
        <Icon name="down" />
      </Button>
      <Popover
        className="min-w-(--trigger-width) overflow-auto rounded-ctl border border-edge bg-paper py-2 shadow-lg"
        offset={4}
      >
        <ListBox className="shadow-none outline-none">
          {options.map((o) => (
            <ListBoxItem
              key={o.id}
              id={o.id}
              textValue={o.label}
              className="group flex min-h-11 cursor-pointer items-center gap-2 px-4 py-2 text-ink outline-offset-[-4px] data-[hovered]:bg-key-soft data-[focused]:bg-key-soft data-[selected]:font-bold"
            >
              <Icon name="tick" size={20} className="invisible text-key group-data-[selected]:visible" />
              <span>{o.label}</span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
