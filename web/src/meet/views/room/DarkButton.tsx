import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Icon, type IconName } from "@/ui";

/** An outlined button of the dark room. */
export function DarkButton({
  icon,
  children,
  className = "",
  ...rest
}: Omit<ButtonHTMLAttributes<HTMLButtonElement>, "type"> & {
  icon?: IconName;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}) {
  return (
    <button
      type="button"
      {...rest}
      className={`palt inline-flex min-h-11 cursor-pointer items-center justify-center gap-2 rounded-ctl border border-[#6B7385] px-4 font-bold text-ink hover:bg-tile disabled:cursor-not-allowed disabled:text-sub ${className}`}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
