"""The bot to compare with: an echo, as python-telegram-bot's own examples build it."""

import sys

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    del context
    if update.message is not None and update.message.text is not None:
        await update.message.reply_text(update.message.text)


async def echo_tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    if query is not None and update.effective_chat is not None:
        await context.bot.send_message(update.effective_chat.id, query.data or "…")
        await query.answer()


def main() -> None:
    token, base_url = sys.argv[1:]
    bot = Application.builder().token(token).base_url(base_url).build()
    bot.add_handler(MessageHandler(filters.TEXT, echo))
    bot.add_handler(CallbackQueryHandler(echo_tap))
    bot.run_polling()


if __name__ == "__main__":
    main()
