"""What becomes public, and its supporters: words for the properties of the API."""

from __future__ import annotations

from collections.abc import Mapping

PUBLICATION_WORDS: Mapping[str, str] = {
    "q": "Words that it has.",
    "intake.PublicOpinion.state": "Where it stands: being handled, answered, or concluded.",
    "publication": "What the office decided on making it public: `released`, `withheld`, or null.",
    "parts": "What departments said: replies, answers for their own part, promises.",
    "entry": "The number of its entry in the timeline.",
    "masked": "The text with personal data masked.",
    "masked_title": "The title with personal data masked.",
    "masked_content": "The text with personal data masked.",
    "released": "When it was made public; of a part, whether it is.",
    "supporters": "How many people support it.",
    "intake.SupportShape.public": "Whether it is public at present.",
    "intake.LostReceipt.contact": "The telephone number or e-mail address that was left.",
    "page": "The address of its page.",
    "intake.PublicOpinion.place": "About where it is, to 100 m, where that is public.",
    "intake.PreparedShape.place": "About where it is, to 100 m; null where that is not known.",
    "place": "Whether the public map shows about where it is.",
    "place_released": "Whether that is public now.",
    "intake.PointShape.type": "The kind of GeoJSON.",
    "intake.MapFeature.type": "The kind of GeoJSON.",
    "intake.PublicMap.type": "The kind of GeoJSON.",
    "coordinates": "Degrees east, then degrees north, of WGS 84, to about 100 m.",
    "geometry": "About where it is.",
    "properties": "What it is.",
    "features": "The opinions.",
    "intake.MappedOpinion.state": "Where it stands: being handled, answered, or concluded.",
    "intake.SupportBody.contact": "Where the reply is told: one telephone number or e-mail address.",
    "intake.SupportShape.state": "Where it stands: being handled, answered, concluded, or no longer handled (`ended`).",
}
