"""A form with a field for each field of ``SiteConfig``, which alone decides what may pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from control.sites.configs import InvalidConfigError, Place, checked_config, config_json
from control.sites.models import Site
from schemas.site import SiteConfig

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Site]
else:
    ModelForm = forms.ModelForm


class Lines(forms.CharField):
    """A list of texts, one a line."""

    widget = AdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        """Texts as lines."""
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        """Lines as texts."""
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Each field of a model, and of the models in it, by its dotted name."""
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from leaves(info.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, info


def form_field(name: str, info: FieldInfo) -> forms.Field:
    """A field that takes whatever is written; it bears the name that YAML has for it."""
    shared: dict[str, Any] = {"label": name, "help_text": info.description or "", "required": False}
    shared["initial"] = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
    kind = info.annotation
    if kind is bool:
        return forms.BooleanField(**shared)
    if get_origin(kind) is not tuple:
        return forms.CharField(widget=AdminTextInputWidget, **shared)
    words = get_args(kind)[0]
    if get_origin(words) is not Literal:
        return Lines(**shared)
    choices = [(word, word) for word in get_args(words)]
    return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)


CONFIG_FIELDS = {name: form_field(name, info) for name, info in leaves(SiteConfig)}


class SiteForm(ModelForm):
    """A site's slug and configuration."""

    class Meta:
        model = Site
        fields = ("slug",)
        widgets = {"slug": AdminTextInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config = self.instance.config if self.instance.pk else {}
        for name in CONFIG_FIELDS:
            value = _at(config, name)
            if value is not None:
                self.initial.setdefault(name, value)

    def clean(self) -> dict[str, Any]:
        """Check the configuration as a whole, and tell each problem where it was made."""
        cleaned = super().clean() or self.cleaned_data
        try:
            self.instance.config = config_json(checked_config(_nested(cleaned)))
        except InvalidConfigError as error:
            for problem in error.problems:
                self.add_error(self._field_of(problem.place), f"{problem.message[:1].upper()}{problem.message[1:]}.")
        return cleaned

    def _field_of(self, place: Place) -> str | None:
        names = [".".join(map(str, place[:length])) for length in range(len(place), 0, -1)]
        return next((name for name in names if name in self.fields), None)


# A class statement cannot name what another model lists.
SiteForm.declared_fields.update(CONFIG_FIELDS)
SiteForm.base_fields.update(CONFIG_FIELDS)


def _at(config: Any, name: str) -> Any:
    for step in name.split("."):
        config = config.get(step) if isinstance(config, dict) else None
    return config


def _nested(cleaned: dict[str, Any]) -> dict[str, Any]:
    """What was filled in, in the shape of the model; what was left empty has its default."""
    nested: dict[str, Any] = {}
    for name in CONFIG_FIELDS.keys() & cleaned.keys():
        *way, last = name.split(".")
        inner = nested
        for step in way:
            inner = inner.setdefault(step, {})
        if cleaned[name] != "":
            inner[last] = cleaned[name]
    return nested
