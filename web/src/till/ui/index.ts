// Pieces that every screen of the counter and of 会計課 is made of.
export * from "./Act";
export * from "./Mark";
export * from "./Oops";
export * from "./Paper";
export * from "./Qr";
export * from "./span";
export * from "./TillFrame";
export * from "./usePress";
export * from "./Watermark";
export * from "./Yen";
