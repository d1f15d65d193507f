"""The languages that are named in words: BCP 47 tag to English name. Others are shown by their tag."""

from typing import Final

#: Languages by their code; any other is shown as its code.
LANGUAGES: Final = {
    "en": "English",
    "cy": "Welsh",
    "pl": "Polish",
    "ro": "Romanian",
    "pt": "Portuguese",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "lt": "Lithuanian",
    "uk": "Ukrainian",
    "ru": "Russian",
    "tr": "Turkish",
    "ur": "Urdu",
    "pa": "Punjabi",
    "bn": "Bengali",
    "gu": "Gujarati",
    "hi": "Hindi",
    "ta": "Tamil",
    "ar": "Arabic",
    "fa": "Persian",
    "so": "Somali",
    "zh": "Chinese",
    "bfi": "British Sign Language",
}


def language_words(tag: str | None) -> str:
    """A language by its name, as far as we have one."""
    if tag is None:
        return "Not recorded"
    return LANGUAGES.get(tag) or LANGUAGES.get(tag.partition("-")[0]) or tag
