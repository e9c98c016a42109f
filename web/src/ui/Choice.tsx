import type { ReactNode } from "react";
import {
  Checkbox as AriaCheckbox,
  CheckboxGroup as AriaGroup,
  Switch as AriaSwitch,
  type CheckboxGroupProps,
  type CheckboxProps,
  Label,
  type SwitchProps,
} from "react-aria-components";
import { Icon } from "./Icon";

/** On or off, taking effect when the form is sent. */
export function Checkbox({
  children,
  hint,
  className = "",
  ...rest
}: Omit<CheckboxProps, "children" | "className"> & { children: ReactNode; hint?: ReactNode; className?: string }) {
  return (
    <AriaCheckbox
      {...rest}
      className={`group flex min-h-11 cursor-pointer items-start gap-3 rounded-ctl py-2 data-[disabled]:cursor-not-allowed ${className}`}
    >
      <span className="mt-0.5 flex size-6 shrink-0 items-center justify-center rounded border-2 border-edge bg-paper text-on-key group-data-[selected]:border-key group-data-[selected]:bg-key group-data-[disabled]:opacity-60">
        <Icon name="tick" size={20} className="invisible group-data-[selected]:visible" />
      </span>
      <span className="leading-normal">
        <span className="text-ink">{children}</span>
        {hint && <span className="block text-sub">{hint}</span>}
      </span>
    </AriaCheckbox>
  );
}

export function CheckboxGroup({
  label,
  children,
  className = "",
  ...rest
}: Omit<CheckboxGroupProps, "children" | "className"> & { label: string; children: ReactNode; className?: string }) {
  return (
    <AriaGroup {...rest} className={`flex flex-col ${className}`}>
      <Label className="font-bold text-ink">{label}</Label>
      {children}
    </AriaGroup>
  );
}

/** On or off, taking effect at once. The state is also a shape: the knob's side and a tick. */
export function Switch({
  children,
  className = "",
  ...rest
}: Omit<SwitchProps, "children" | "className"> & { children: ReactNode; className?: string }) {
  return (
    <AriaSwitch
      {...rest}
      className={`group flex min-h-11 cursor-pointer items-center gap-3 rounded-ctl data-[disabled]:cursor-not-allowed ${className}`}
    >
      <span className="flex h-7 w-12 shrink-0 items-center rounded-full border-2 border-edge bg-ground px-0.5 group-data-[selected]:justify-end group-data-[selected]:border-key group-data-[selected]:bg-key group-data-[disabled]:opacity-60">
        <span className="flex size-5 items-center justify-center rounded-full bg-edge text-key group-data-[selected]:bg-paper">
          <Icon name="tick" size={16} className="invisible group-data-[selected]:visible" />
        </span>
      </span>
      <span className="text-ink">{children}</span>
    </AriaSwitch>
  );
}
