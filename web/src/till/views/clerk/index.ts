export { DeskPage } from "./DeskPage";
export { OpenPage } from "./OpenPage";
export { RefundsPage } from "./RefundsPage";
export { SalePage } from "./SalePage";
export { SalesPage } from "./SalesPage";
export { TillHome } from "./TillHome";
