package tillhttp

import (
	"context"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/jpqr"
)

// PutCounter stores a counter (admin).
func (a *API) PutCounter(ctx context.Context, r PutCounterRequestObject) (PutCounterResponseObject, error) {
	b := r.Body
	id, err := maybe(b.Id, till.ErrNoCounter)
	if err != nil {
		return nil, err
	}
	_, err = a.Office.PutCounter(ctx, b.Key, till.Counter{
		ID: id, Number: b.Number, Name: b.Name, Office: b.Office, Printer: value(b.Printer), Retired: value(b.Retired),
	})
	return PutCounter204Response{}, err
}

// RegisterSticker registers the official code on a counter (accountant).
func (a *API) RegisterSticker(ctx context.Context, r RegisterStickerRequestObject) (RegisterStickerResponseObject, error) {
	counter, err := ident(r.Counter, till.ErrNoCounter)
	if err != nil {
		return nil, err
	}
	if err := a.View.MayAccount(ctx); err != nil {
		return nil, err
	}
	if c, err := a.View.Counter(ctx, counter); err != nil || c.Retired {
		return nil, till.ErrNoCounter.Because("counter %s: %w", counter, err)
	}
	b := r.Body
	_, err = a.Office.PutSticker(ctx, b.Key, till.Sticker{
		Counter: counter, Wallet: b.Wallet, Provider: b.Provider, Label: b.Label, Payload: b.Payload, Shop: value(b.Shop),
	})
	return RegisterSticker204Response{}, err
}

// RetireSticker takes a sticker off the counter (accountant).
func (a *API) RetireSticker(ctx context.Context, r RetireStickerRequestObject) (RetireStickerResponseObject, error) {
	counter, err := ident(r.Counter, till.ErrNoCounter)
	if err != nil {
		return nil, err
	}
	id, err := ident(r.Sticker, till.ErrNoSticker)
	if err != nil {
		return nil, err
	}
	return RetireSticker204Response{}, a.Office.RetireSticker(ctx, r.Body.Key, counter, id)
}

// DecodeSticker says what a scanned sticker says (accountant).
func (a *API) DecodeSticker(ctx context.Context, r DecodeStickerRequestObject) (DecodeStickerResponseObject, error) {
	if err := a.View.MayAccount(ctx); err != nil {
		return nil, err
	}
	m, err := jpqr.Parse(jpqr.Trim(r.Body.Payload))
	switch {
	case err == nil:
		return DecodeSticker200JSONResponse{
			Kind: Jpqr, Ok: true, Shop: m.DisplayName(), City: optional(m.City),
			Message: "JPQR として正しく読み取れました。お店の名前が正しいことを確かめてください。",
		}, nil
	case jpqr.ReasonOf(err) == jpqr.NotEMV && jpqr.Trim(r.Body.Payload) != "":
		return DecodeSticker200JSONResponse{
			Kind: Opaque, Ok: true, Message: "JPQR ではありません。ブランド独自のステッカーとして、読み取った内容をそのまま登録します。お店の名前を入れてください。",
		}, nil
	}
	return DecodeSticker200JSONResponse{Kind: Jpqr, Message: words(err)}, nil
}

// words are what an error says to people.
func words(err error) string {
	var e *core.Error
	if asError(err, &e) {
		return e.Message
	}
	return "ステッカーの内容を読み取れませんでした。"
}

// ListItems answers with all items at all prices.
func (a *API) ListItems(ctx context.Context, _ ListItemsRequestObject) (ListItemsResponseObject, error) {
	items, err := a.View.Items(ctx, false)
	if err != nil {
		return nil, err
	}
	today := till.DayOf(a.Clock())
	return ListItems200JSONResponse(each(items, func(i till.Item) Item { return item(i, today) })), nil
}

// PutItem stores an item (accountant).
func (a *API) PutItem(ctx context.Context, r PutItemRequestObject) (PutItemResponseObject, error) {
	b := r.Body
	id, err := maybe(b.Id, till.ErrNoItem)
	if err != nil {
		return nil, err
	}
	_, err = a.Office.PutItem(ctx, b.Key, till.Item{
		ID: id, Code: b.Code, Name: b.Name, Group: b.Group, Unit: b.Unit, Price: core.Money(b.Price), Free: b.Free, Limit: core.Money(b.Limit),
		Category: till.Category{Code: b.CategoryCode, Name: b.CategoryName}, Tax: till.Tax(b.Tax), Slip: till.Slip(b.Slip), Order: b.Order,
		From: till.Day(b.From), To: till.Day(value(b.To)),
	})
	return PutItem204Response{}, err
}

// NewPrice begins a new price (accountant).
func (a *API) NewPrice(ctx context.Context, r NewPriceRequestObject) (NewPriceResponseObject, error) {
	id, err := ident(r.Item, till.ErrNoItem)
	if err != nil {
		return nil, err
	}
	return NewPrice204Response{}, a.Office.NewPrice(ctx, r.Body.Key, id, core.Money(r.Body.Price), till.Day(r.Body.From))
}

// ListReductions answers with all reductions.
func (a *API) ListReductions(ctx context.Context, _ ListReductionsRequestObject) (ListReductionsResponseObject, error) {
	all, err := a.View.Reductions(ctx, false)
	if err != nil {
		return nil, err
	}
	return ListReductions200JSONResponse(each(all, reduction)), nil
}

// PutReduction stores a reduction (accountant).
func (a *API) PutReduction(ctx context.Context, r PutReductionRequestObject) (PutReductionResponseObject, error) {
	b := r.Body
	id, err := maybe(b.Id, till.ErrReductionNotGiven)
	if err != nil {
		return nil, err
	}
	_, err = a.Office.PutReduction(ctx, b.Key, till.Reduction{
		ID: id, Name: b.Name, Percent: b.Percent, From: till.Day(b.From), To: till.Day(value(b.To)),
	})
	return PutReduction204Response{}, err
}

// ListDesignations answers with all 告示.
func (a *API) ListDesignations(ctx context.Context, _ ListDesignationsRequestObject) (ListDesignationsResponseObject, error) {
	all, err := a.View.Designations(ctx)
	if err != nil {
		return nil, err
	}
	return ListDesignations200JSONResponse(each(all, designation)), nil
}

// PutDesignation stores a 告示 (accountant).
func (a *API) PutDesignation(ctx context.Context, r PutDesignationRequestObject) (PutDesignationResponseObject, error) {
	b := r.Body
	id, err := maybe(b.Id, errNoSuch)
	if err != nil {
		return nil, err
	}
	_, err = a.Office.PutDesignation(ctx, b.Key, till.Designation{
		ID: id, Wallet: b.Wallet, Trustee: b.Trustee, Notice: b.Notice, NoticedOn: till.Day(b.NoticedOn), Categories: b.Categories,
		From: till.Day(b.From), To: till.Day(value(b.To)),
	})
	return PutDesignation204Response{}, err
}
