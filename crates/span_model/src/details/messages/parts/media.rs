//! Pictures, sounds and files: by reference, inline, or uploaded before.

use super::super::part::{Part, PartKind};

/// What is known of media beside where it is.
#[derive(Default)]
pub(super) struct Media {
    modality: Option<String>,
    mime_type: Option<String>,
    name: Option<String>,
}

impl Media {
    /// Media of a kind that the sender names, such as `image`; `""` when only the MIME type tells.
    pub(super) fn of(modality: &str) -> Self {
        Self { modality: (!modality.is_empty()).then(|| modality.to_owned()), ..Self::default() }
    }

    pub(super) fn mime_type(mut self, mime_type: Option<String>) -> Self {
        self.mime_type = mime_type.or(self.mime_type);
        self
    }

    /// A MIME type out of what vendors call a format: `png`, `mp3`, `pdf`.
    pub(super) fn format(self, format: Option<String>) -> Self {
        let Some(format) = format else { return self };
        if format.contains('/') {
            return self.mime_type(Some(format));
        }
        let family = match (self.modality.as_deref(), format.as_str()) {
            (Some(family @ ("image" | "audio" | "video")), _) => family,
            (_, "txt" | "md" | "csv" | "html") => "text",
            _ => "application",
        };
        let subtype = match format.as_str() {
            "jpg" => "jpeg",
            "txt" => "plain",
            "md" => "markdown",
            other => other,
        };
        let mime_type = format!("{family}/{subtype}");
        self.mime_type(Some(mime_type))
    }

    pub(super) fn name(mut self, name: Option<String>) -> Self {
        self.name = name;
        self
    }

    pub(super) fn uri(self, uri: String) -> Part {
        let declared = uri.strip_prefix("data:").and_then(|rest| rest.split([';', ',']).next());
        let declared = declared.filter(|mime_type| !mime_type.is_empty()).map(str::to_owned);
        let mime_type = self.mime_type.or(declared);
        let modality = self.modality.or_else(|| modality_of(mime_type.as_deref()));
        PartKind::Uri { modality, mime_type, name: self.name, uri }.into()
    }

    pub(super) fn blob(self, content: String) -> Part {
        let modality = self.modality.or_else(|| modality_of(self.mime_type.as_deref()));
        PartKind::Blob { modality, mime_type: self.mime_type, name: self.name, content }.into()
    }

    pub(super) fn file(self, file_id: String) -> Part {
        let modality = self.modality.or_else(|| modality_of(self.mime_type.as_deref()));
        PartKind::File { modality, mime_type: self.mime_type, name: self.name, file_id }.into()
    }

    /// A text that vendors let be an address or base64.
    pub(super) fn uri_or_blob(self, text: String) -> Part {
        if text.starts_with("data:") || text.contains("://") { self.uri(text) } else { self.blob(text) }
    }
}

fn modality_of(mime_type: Option<&str>) -> Option<String> {
    let family = mime_type?.split('/').next()?;
    let modality = if matches!(family, "image" | "audio" | "video") { family } else { "document" };
    Some(modality.to_owned())
}
