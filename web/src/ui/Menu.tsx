import type { ReactNode } from "react";
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  type MenuItemProps,
  MenuTrigger,
  Popover,
} from "react-aria-components";
import { Icon, type IconName } from "./Icon";

/** A button (first child) that opens a list of actions. */
export function Menu({ trigger, label, children }: { trigger: ReactNode; label: string; children: ReactNode }) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover offset={8} className="min-w-56 overflow-auto rounded-ctl border border-edge bg-paper py-2 shadow-lg">
        <AriaMenu aria-label={label} className="shadow-none outline-none">
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export function MenuItem({
  icon,
  danger,
  children,
  ...rest
}: Omit<MenuItemProps, "children" | "className"> & { icon?: IconName; danger?: boolean; children: string }) {
  return (
    <AriaMenuItem
      {...rest}
      textValue={children}
      className={`flex min-h-11 cursor-pointer items-center gap-3 px-4 py-2 no-underline outline-offset-[-4px] data-[focused]:bg-key-soft data-[disabled]:cursor-not-allowed data-[disabled]:text-sub ${danger ? "text-err" : "text-ink"}`}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </AriaMenuItem>
  );
}
